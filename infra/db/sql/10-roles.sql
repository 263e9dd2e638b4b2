-- Everything the API shows is read under a role that no row belongs to: it sees what the policies below let it see.
-- Roles belong to the whole cluster, and several databases of one cluster may be migrated at once.
DO $$
BEGIN
  CREATE ROLE fengqiao_reader NOLOGIN NOSUPERUSER NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'fengqiao_reader', 'SET') THEN
    EXECUTE format('GRANT fengqiao_reader TO %I', current_user);
  END IF;
END $$;
--> statement-breakpoint
GRANT SELECT ON cases, events, texts, parties, work_items, notices, staff TO fengqiao_reader;
--> statement-breakpoint
-- What a person may read of: whole regions, and cases that name her or a body of hers among their members. Nothing is
-- set outside a request, and then nothing is seen. Ranges that are not used are empty (from 1 to 0).
CREATE FUNCTION scope_from(n int) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(nullif(current_setting('fengqiao.from' || n, true), '')::bigint, 1)
$$;
--> statement-breakpoint
CREATE FUNCTION scope_to(n int) RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(nullif(current_setting('fengqiao.to' || n, true), '')::bigint, 0)
$$;
--> statement-breakpoint
CREATE FUNCTION scope_names() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT coalesce(nullif(current_setting('fengqiao.names', true), '')::text[], '{}')
$$;
--> statement-breakpoint
ALTER TABLE cases ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Each in a subselect of its own, so that it is asked once a query and not once a row, and an index can be used.
CREATE POLICY cases_in_scope ON cases FOR SELECT TO fengqiao_reader USING (
  region_number BETWEEN (SELECT scope_from(1)) AND (SELECT scope_to(1))
  OR region_number BETWEEN (SELECT scope_from(2)) AND (SELECT scope_to(2))
  OR region_number BETWEEN (SELECT scope_from(3)) AND (SELECT scope_to(3))
  OR region_number BETWEEN (SELECT scope_from(4)) AND (SELECT scope_to(4))
  OR region_number BETWEEN (SELECT scope_from(5)) AND (SELECT scope_to(5))
  OR region_number BETWEEN (SELECT scope_from(6)) AND (SELECT scope_to(6))
  OR region_number BETWEEN (SELECT scope_from(7)) AND (SELECT scope_to(7))
  OR region_number BETWEEN (SELECT scope_from(8)) AND (SELECT scope_to(8))
  OR members && (SELECT scope_names()));
--> statement-breakpoint
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY events_of_cases ON events FOR SELECT TO fengqiao_reader USING (
  EXISTS (SELECT FROM cases c WHERE c.kind = events.case_kind AND c.id = events.case_id));
--> statement-breakpoint
ALTER TABLE parties ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY parties_of_disputes ON parties FOR SELECT TO fengqiao_reader USING (
  EXISTS (SELECT FROM cases c WHERE c.kind = 'dispute' AND c.id = parties.dispute_id));
--> statement-breakpoint
ALTER TABLE texts ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Of its own case, or shown by a task, conference or commitment: a body reads what it is asked and not the dispute.
CREATE POLICY texts_of_cases ON texts FOR SELECT TO fengqiao_reader USING (
  EXISTS (SELECT FROM cases c WHERE c.kind IN ('dispute', 'task', 'conference', 'commitment') AND c.id = texts.case_id)
  OR EXISTS (SELECT FROM cases c WHERE c.shown_texts @> ARRAY[texts.id]));
--> statement-breakpoint
ALTER TABLE work_items ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY work_in_scope ON work_items FOR SELECT TO fengqiao_reader USING (
  region_number BETWEEN (SELECT scope_from(1)) AND (SELECT scope_to(1))
  OR region_number BETWEEN (SELECT scope_from(2)) AND (SELECT scope_to(2))
  OR region_number BETWEEN (SELECT scope_from(3)) AND (SELECT scope_to(3))
  OR region_number BETWEEN (SELECT scope_from(4)) AND (SELECT scope_to(4))
  OR region_number BETWEEN (SELECT scope_from(5)) AND (SELECT scope_to(5))
  OR region_number BETWEEN (SELECT scope_from(6)) AND (SELECT scope_to(6))
  OR region_number BETWEEN (SELECT scope_from(7)) AND (SELECT scope_to(7))
  OR region_number BETWEEN (SELECT scope_from(8)) AND (SELECT scope_to(8))
  OR assignee_id = ANY ((SELECT scope_names())::text[])
  OR 'body:' || body_id = ANY ((SELECT scope_names())::text[]));
--> statement-breakpoint
ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY notices_of_person ON notices FOR SELECT TO fengqiao_reader USING (
  person_id = ANY ((SELECT scope_names())::text[]));
--> statement-breakpoint
-- A body knows the number of the dispute it works for, and nothing else of it.
CREATE FUNCTION dispute_number(dispute_id text) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT number FROM cases WHERE kind = 'dispute' AND id = dispute_id
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION dispute_number FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION dispute_number TO fengqiao_reader;
