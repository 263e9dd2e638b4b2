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
  -- By place: in a function of SQL the column `dispute_id` would win over an argument of that name.
  SELECT c.number FROM cases c WHERE c.kind = 'dispute' AND c.id = $1
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION dispute_number FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION dispute_number TO fengqiao_reader;
--> statement-breakpoint
-- The log is written as a role that may add rows and read them, and nothing else.
DO $$
BEGIN
  CREATE ROLE fengqiao_app NOLOGIN NOSUPERUSER NOBYPASSRLS;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$;
--> statement-breakpoint
DO $$
BEGIN
  IF NOT pg_has_role(current_user, 'fengqiao_app', 'SET') THEN
    EXECUTE format('GRANT fengqiao_app TO %I', current_user);
  END IF;
END $$;
--> statement-breakpoint
GRANT SELECT, INSERT ON audit_log TO fengqiao_app;
--> statement-breakpoint
-- Holds for the owner of the table too. Whoever takes the trigger away first is found by `npm run audit:verify`.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- With the rights of the owner: the role that adds a row must not be able to say that it needs no seal.
CREATE FUNCTION await_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO audit_tail (id) SELECT id FROM added;
  RETURN NULL;
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION await_seal FROM PUBLIC;
--> statement-breakpoint
CREATE TRIGGER audit_log_awaits_seal AFTER INSERT ON audit_log REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION await_seal();
--> statement-breakpoint
-- What was sent, by whom, and the checksum of it cannot be rewritten: a stored file is evidence. Who may see it can be
-- changed, and it can be removed; a removed one never comes back.
CREATE FUNCTION attachments_keep_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.upload_id, NEW.upload_hash, NEW.dispute_id, NEW.uploaded_by, NEW.uploaded_as, NEW.kind, NEW.media_type,
      NEW.bytes, NEW.sha256, NEW.source_sha256, NEW.location_kept, NEW.uploaded_at_ms)
    IS DISTINCT FROM
     (OLD.id, OLD.upload_id, OLD.upload_hash, OLD.dispute_id, OLD.uploaded_by, OLD.uploaded_as, OLD.kind, OLD.media_type,
      OLD.bytes, OLD.sha256, OLD.source_sha256, OLD.location_kept, OLD.uploaded_at_ms)
    OR (OLD.deleted_at_ms IS NOT NULL AND NEW.deleted_at_ms IS DISTINCT FROM OLD.deleted_at_ms) THEN
    RAISE EXCEPTION 'what an attachment is does not change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER attachments_keep_facts BEFORE UPDATE ON attachments
  FOR EACH ROW EXECUTE FUNCTION attachments_keep_facts();
--> statement-breakpoint
GRANT SELECT ON attachments TO fengqiao_reader;
--> statement-breakpoint
ALTER TABLE attachments ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Files of a dispute are there for whoever sees the dispute; which of them, the question itself says (infra/db/attachments.ts).
CREATE POLICY attachments_of_disputes ON attachments FOR SELECT TO fengqiao_reader USING (
  EXISTS (SELECT FROM cases c WHERE c.kind = 'dispute' AND c.id = attachments.dispute_id));
--> statement-breakpoint
-- How much of the smaller text is in the other, as `overlap` in domain/search-terms.ts has it. The rank of an "any of these
-- words" query is the number of words found times a constant; beside the rank of the text that has all of them it counts
-- them without leaving C. A test holds both the same.
CREATE FUNCTION word_overlap(document tsvector, any_of_own tsquery, own_length int, own_rank real) RETURNS float8
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ts_rank(document, any_of_own)::float8 / own_rank * own_length / greatest(8, least(own_length, length(document)))
$$;
--> statement-breakpoint
-- A dispute that triage gives another region is found there.
CREATE FUNCTION search_follows_region() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE dispute_search SET region_number = NEW.region_number WHERE dispute_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER cases_search_follows AFTER UPDATE OF region_number ON cases FOR EACH ROW
  WHEN (NEW.kind = 'dispute' AND NEW.region_number <> OLD.region_number)
  EXECUTE FUNCTION search_follows_region();
--> statement-breakpoint
-- What was erased is not found either, whoever erased it and however. `npm run rebuild -- --search` makes anew what is left.
CREATE FUNCTION search_forgets_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE dispute_search SET document = '' WHERE dispute_id = OLD.case_id AND document <> '';
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER texts_search_forgets AFTER DELETE OR UPDATE OF body ON texts FOR EACH ROW
  EXECUTE FUNCTION search_forgets_text();
--> statement-breakpoint
-- What lists are read from in order, with what they are filtered by, so that a row is looked at only when it is shown.
CREATE INDEX cases_disputes_opened ON cases (opened_at_ms, id)
  INCLUDE (region_number, category, stage, level, grade, clock_state, due_at_ms) WHERE kind = 'dispute';
--> statement-breakpoint
CREATE INDEX cases_disputes_due ON cases ((coalesce(due_at_ms, 8640000000000000::bigint)), id)
  INCLUDE (region_number, category, stage, level, grade, clock_state, due_at_ms) WHERE kind = 'dispute';
--> statement-breakpoint
CREATE INDEX cases_disputes_of_region ON cases (region_number, opened_at_ms, id)
  INCLUDE (category, stage, level, grade, clock_state, due_at_ms) WHERE kind = 'dispute';
--> statement-breakpoint
-- Disputes from before there was a search; their words are made by the application.
INSERT INTO dispute_search (dispute_id, region_number, opened_at_ms, place_id, document)
  SELECT id, region_number, opened_at_ms, state->>'placeId', '' FROM cases WHERE kind = 'dispute';
--> statement-breakpoint
-- A region's range on `dispute_search`, said so that the index of its grid, community or street is read in the order of
-- time; both said at once would make the planner think of far fewer rows.
CREATE FUNCTION search_range(low bigint, high bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE high - low
    WHEN 0 THEN format('d.region_number = %s', low)
    WHEN 999 THEN format('d.region_number / 1000 = %s', low / 1000)
    WHEN 999999 THEN format('d.region_number / 1000000 = %s', low / 1000000)
    ELSE format('d.region_number BETWEEN %s AND %s', low, high) END
$$;
--> statement-breakpoint
-- One page of a list: ids and sort keys of what the scope shows and the filter wants. Under row-level security itself the
-- planner knows neither how large the scope is nor may it use the index of words; so this runs as the owner, applies the
-- same scope, and puts the values into the text of the query. Each range has a branch of its own, so that each can read
-- its index in order and stop.
--
-- A person may not find out by a filter what she is not shown. Whoever is a party or only reported a dispute sees neither
-- the other side's words nor grade, place or parties: when the filter asks for one of these, only disputes count that she
-- sees as staff (as `viewOf` in api/views/dispute.ts has it).
CREATE FUNCTION search_disputes(
  words tsquery, filter jsonb, by_due boolean, after_key bigint, after_id text, page int
) RETURNS TABLE (id text, sort_key bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER ROWS 20
SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
  f record;
  person text := (scope_names())[1];
  as_staff boolean;
  of_search boolean;
  frequent boolean := true;
  low bigint;
  high bigint;
  in_scope text := 'false';
  is_party text;
  is_staff text;
  serves CONSTANT boolean := coalesce(current_setting('fengqiao.serves', true), '') = 'true';
  part text;
  -- Conditions on the row d of `dispute_search`, and on the case c.
  found text;
  wanted text;
  branches text[] := '{}';
  key text;
  branch text;
  area text;
  -- A page is looked for among so many more, since some of them she may be a party to. Of more at once, some would be missing.
  spare CONSTANT int := 100;
  down text := CASE WHEN by_due THEN '' ELSE ' DESC' END;
  beyond text := CASE WHEN by_due THEN '>' ELSE '<' END;
BEGIN
  SELECT * INTO f FROM jsonb_to_record(filter) AS x(
    stage text[], level text[], grade text[], category text[], clock text[], owner text, number text, place text,
    region_from bigint, region_to bigint, opened_from bigint, opened_to bigint, updated_from bigint,
    phone_hash text, id_number_hash text, party_name text, staff boolean);
  of_search := words IS NOT NULL OR coalesce(f.place, f.phone_hash, f.id_number_hash, f.party_name) IS NOT NULL;
  as_staff := of_search OR f.grade IS NOT NULL OR coalesce(f.staff, false);

  wanted := concat(
    CASE WHEN f.stage IS NOT NULL THEN format(' AND c.stage = ANY (%L::text[])', f.stage) END,
    CASE WHEN f.level IS NOT NULL THEN format(' AND c.level = ANY (%L::text[])', f.level) END,
    CASE WHEN f.grade IS NOT NULL THEN format(' AND c.grade = ANY (%L::text[])', f.grade) END,
    CASE WHEN f.category IS NOT NULL THEN format(' AND c.category = ANY (%L::text[])', f.category) END,
    CASE WHEN f.clock IS NOT NULL THEN format(' AND c.clock_state = ANY (%L::text[])', f.clock) END,
    -- An owner is a member too, and members have an index.
    CASE WHEN f.owner IS NOT NULL THEN format(' AND c.owner_id = %L AND c.members @> ARRAY[%1$L]', f.owner) END,
    CASE WHEN f.number IS NOT NULL THEN format(' AND c.number = %L', f.number) END,
    CASE WHEN f.updated_from IS NOT NULL THEN format(' AND c.updated_at_ms >= %s', f.updated_from) END);
  is_party := format('c.state->''parties'' @> %L::jsonb', jsonb_build_array(jsonb_build_object('accountId', person)));
  -- Being named in a case is no right without a post: whoever has none sees it as a party or as its reporter only.
  is_staff := CASE WHEN serves THEN concat(
    format('%L IN (c.state->''owner''->>''staffId'', c.state->>''leaderId'',', person),
    ' c.state->''team''->>''leadId'', c.state->''mediation''->>''mediatorId'')',
    format(' OR c.state->''team''->''memberIds'' ? %L', person),
    format(' OR c.state->''mediation''->''coMediatorIds'' ? %L', person)) ELSE 'false' END;
  part := CASE WHEN serves THEN 'true' ELSE format('(%s OR c.state->>''reportedBy'' = %L)', is_party, person) END;

  FOR n IN 1..8 LOOP
    CONTINUE WHEN scope_from(n) > scope_to(n);
    in_scope := concat(in_scope, format(' OR c.region_number BETWEEN %s AND %s', scope_from(n), scope_to(n)));
  END LOOP;

  IF NOT of_search THEN
    key := CASE WHEN by_due THEN 'coalesce(c.due_at_ms, 8640000000000000::bigint)' ELSE 'c.opened_at_ms' END;
    wanted := concat(wanted,
      CASE WHEN f.opened_from IS NOT NULL THEN format(' AND c.opened_at_ms >= %s', f.opened_from) END,
      CASE WHEN f.opened_to IS NOT NULL THEN format(' AND c.opened_at_ms < %s', f.opened_to) END,
      CASE WHEN after_key IS NOT NULL THEN format(' AND (%s, c.id) %s (%s, %L)', key, beyond, after_key, after_id) END);
    FOR n IN 1..8 LOOP
      low := greatest(scope_from(n), f.region_from);
      high := least(scope_to(n), f.region_to);
      CONTINUE WHEN low > high;
      branch := format(
        'SELECT c.id, %s AS sort_key FROM cases c WHERE c.kind = ''dispute'' AND c.region_number BETWEEN %s AND %s%s',
        key, low, high, wanted);
      branches := branches || CASE WHEN as_staff THEN format(
        'SELECT i.id, i.sort_key FROM (%s ORDER BY 2%s, 1%2$s LIMIT %s) AS i'
          ' JOIN cases c ON c.kind = ''dispute'' AND c.id = i.id WHERE NOT (c.members @> ARRAY[%L] AND %s)',
        branch, down, page + spare, person, is_party) ELSE branch END;
    END LOOP;
    branches := branches || format(
      'SELECT c.id, %s AS sort_key FROM cases c WHERE c.kind = ''dispute''%s%s%s', key, wanted,
      CASE WHEN f.region_from IS NOT NULL
        THEN format(' AND c.region_number BETWEEN %s AND %s', f.region_from, f.region_to) END,
      CASE WHEN as_staff
        THEN format(' AND c.members @> ARRAY[%L] AND NOT (%s) AND NOT (%s) AND (%s)', person, in_scope, is_party, is_staff)
        ELSE format(' AND c.members && %L::text[] AND %s', scope_names(), part) END);
  ELSE
    -- A word that no statistics know counts as frequent, and the newest would be looked through for it to the end. Found
    -- in three of the newest 500 it is: then they are looked through until a page is full, and the index of words, which
    -- would answer with all that have it, is kept out by IS TRUE. Otherwise that index has few, and those of time and place
    -- are kept out by + 0.
    IF words IS NOT NULL THEN
      SELECT count(*) >= 3 INTO frequent FROM (
        SELECT d.document FROM dispute_search d ORDER BY d.opened_at_ms DESC, d.dispute_id DESC LIMIT 500) AS newest
      WHERE newest.document @@ words;
    END IF;
    found := concat(
      CASE WHEN words IS NOT NULL THEN format(
        CASE WHEN frequent THEN ' AND (d.document @@ %L::tsquery) IS TRUE' ELSE ' AND d.document @@ %L::tsquery' END,
        words) END,
      CASE WHEN f.place IS NOT NULL THEN format(' AND d.place_id = %L', f.place) END,
      CASE WHEN f.opened_from IS NOT NULL THEN format(' AND d.opened_at_ms >= %s', f.opened_from) END,
      CASE WHEN f.opened_to IS NOT NULL THEN format(' AND d.opened_at_ms < %s', f.opened_to) END,
      CASE WHEN after_key IS NOT NULL AND NOT by_due
        THEN format(' AND (d.opened_at_ms, d.dispute_id) < (%s, %L)', after_key, after_id) END);
    IF coalesce(f.phone_hash, f.id_number_hash, f.party_name) IS NOT NULL THEN
      frequent := false;
      found := concat(found, ' AND d.dispute_id IN (SELECT p.dispute_id FROM parties p WHERE true',
        CASE WHEN f.phone_hash IS NOT NULL THEN format(' AND p.phone_hash = %L::bytea', f.phone_hash) END,
        CASE WHEN f.id_number_hash IS NOT NULL THEN format(' AND p.id_number_hash = %L::bytea', f.id_number_hash) END,
        CASE WHEN f.party_name IS NOT NULL THEN format(' AND p.name = %L', f.party_name) END, ')');
    END IF;
    key := CASE WHEN by_due THEN 'coalesce(c.due_at_ms, 8640000000000000::bigint)'
      WHEN frequent THEN 'd.opened_at_ms' ELSE 'd.opened_at_ms + 0' END;
    wanted := concat(wanted, CASE WHEN after_key IS NOT NULL AND by_due
      THEN format(' AND (%s, c.id) > (%s, %L)', key, after_key, after_id) END);
    FOR n IN 1..8 LOOP
      low := greatest(scope_from(n), f.region_from);
      high := least(scope_to(n), f.region_to);
      CONTINUE WHEN low > high;
      area := CASE WHEN frequent THEN search_range(low, high)
        ELSE format('d.region_number + 0 BETWEEN %s AND %s', low, high) END;
      -- With nothing else to ask of a case, only those are looked up that come first.
      branches := branches || CASE WHEN wanted = '' AND NOT by_due THEN format(
        'SELECT d.dispute_id, d.sort_key FROM (SELECT d.dispute_id, %s AS sort_key FROM dispute_search d WHERE %s%s'
          ' ORDER BY 2 DESC, 1 DESC LIMIT %s) AS d JOIN cases c ON c.kind = ''dispute'' AND c.id = d.dispute_id'
          ' WHERE NOT (c.members @> ARRAY[%L] AND %s)',
        key, area, found, page + spare, person, is_party)
      ELSE format(
        'SELECT d.dispute_id, %s AS sort_key FROM dispute_search d JOIN cases c ON c.kind = ''dispute'' AND c.id = d.dispute_id'
          ' WHERE %s%s%s AND NOT (c.members @> ARRAY[%L] AND %s)',
        key, area, found, wanted, person, is_party) END;
    END LOOP;
    branches := branches || format(
      'SELECT d.dispute_id, %s AS sort_key FROM (SELECT * FROM cases c WHERE c.kind = ''dispute'''
        ' AND c.members @> ARRAY[%L] AND NOT (%s)%s%s OFFSET 0) AS c JOIN dispute_search d ON d.dispute_id = c.id'
        ' WHERE true%s AND NOT (%s) AND (%s)',
      key, person, in_scope, wanted,
      CASE WHEN f.region_from IS NOT NULL
        THEN format(' AND c.region_number BETWEEN %s AND %s', f.region_from, f.region_to) END,
      found, is_party, is_staff);
  END IF;

  RETURN QUERY EXECUTE (
    SELECT format('SELECT * FROM (%1$s) AS found ORDER BY 2%2$s, 1%2$s LIMIT %3$s',
      string_agg(format('(%1$s ORDER BY 2%2$s, 1%2$s LIMIT %3$s)', each, down, page), ' UNION '), down, page)
    FROM unnest(branches) AS each);
END $$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION search_disputes FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION search_disputes TO fengqiao_reader;
--> statement-breakpoint
-- Names of places, for exports.
GRANT SELECT ON regions TO fengqiao_reader;
--> statement-breakpoint
-- What a new report is compared with (`suggestionsFor` in domain/similarity.ts): the newest of its community and of its
-- place, however many there are. For intake, which runs as the owner. Only the indexes are read, in order: where there are
-- no statistics yet the planner takes all disputes for few and would look at every one, at every report; and a plan that is
-- made then and kept would be kept too long.
CREATE FUNCTION disputes_near(community bigint, place text, own tsvector, any_of_own tsquery, except_id text)
RETURNS jsonb LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off
SET plan_cache_mode = auto AS $$
DECLARE
  own_length int := length(own);
  own_rank real := ts_rank(own, any_of_own);
BEGIN
  IF (SELECT reltuples < 1000 FROM pg_class WHERE oid = 'dispute_search'::regclass) THEN
    PERFORM set_config('plan_cache_mode', 'force_custom_plan', true);
  END IF;
  RETURN (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
        'id', c.id, 'number', c.number, 'region', c.region, 'category', c.category, 'placeId', d.place_id,
        'parties', ARRAY(SELECT p->>'accountId' FROM jsonb_array_elements(c.state->'parties') AS p WHERE p ? 'accountId'),
        'reportedAt', c.opened_at_ms, 'overlap', word_overlap(d.document, any_of_own, own_length, own_rank),
        'closedAt', CASE WHEN c.stage = 'closed' THEN (c.state->'closure'->>'at')::bigint END)), '[]')
    FROM (
      (SELECT s.dispute_id FROM dispute_search s WHERE s.region_number / 1000 = community
        ORDER BY s.opened_at_ms DESC LIMIT 20)
      UNION
      (SELECT s.dispute_id FROM dispute_search s WHERE s.place_id = place ORDER BY s.opened_at_ms DESC LIMIT 5)) near
      JOIN dispute_search d USING (dispute_id)
      JOIN cases c ON c.kind = 'dispute' AND c.id = near.dispute_id
    WHERE c.id <> except_id
      AND (c.stage <> 'closed' OR c.state->'closure'->>'outcome' IS DISTINCT FROM 'left'));
END $$;
--> statement-breakpoint
-- Codes, PINs and sessions are looked up by the owner of the tables alone: nobody's scope shows them.
GRANT SELECT ON statements TO fengqiao_reader;
--> statement-breakpoint
ALTER TABLE statements ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Which of a case's statements a party may read is decided where her part in it is known; of other cases there are none.
CREATE POLICY statements_of_cases ON statements FOR SELECT TO fengqiao_reader USING (
  EXISTS (SELECT FROM cases c WHERE c.kind = statements.case_kind AND c.id = statements.case_id));
--> statement-breakpoint
-- A statement is evidence: it is added, and can go only with the person.
CREATE FUNCTION statements_keep_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a statement does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER statements_keep_words BEFORE UPDATE ON statements
  FOR EACH ROW EXECUTE FUNCTION statements_keep_words();
--> statement-breakpoint
-- What was said about a consent is evidence: rows are added only.
CREATE TRIGGER consents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consents
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- The last word counts. With the rights of the owner, since whoever reads a file need not see who said what about it.
CREATE FUNCTION consent_stands(of_dispute text, of_party text, about text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT given AND (expires_at_ms IS NULL OR expires_at_ms > extract(epoch FROM clock_timestamp()) * 1000)
    FROM consents WHERE dispute_id = of_dispute AND party_id = of_party AND subject = about
    ORDER BY number DESC LIMIT 1), false)
$$;
--> statement-breakpoint
CREATE FUNCTION attachment_withheld(attachment text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM attachment_restrictions r
    WHERE r.attachment_id = attachment AND NOT consent_stands(r.dispute_id, r.party_id, r.subject))
$$;
--> statement-breakpoint
-- One sampled dispute, for its inspector alone and while the sample is open: an inspector's scope shows no case at all, and
-- this is the only way past it. What it returns is masked before it is given out (api/views/inspected.ts).
CREATE FUNCTION inspected_dossier(inspection text, dispute text) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH c AS (
    SELECT id, region, state, members FROM cases WHERE kind = 'dispute' AND id = dispute AND EXISTS (
      SELECT FROM inspections i JOIN inspection_disputes d ON d.inspection_id = i.id
      WHERE i.id = inspection AND d.dispute_id = dispute AND i.inspector_id = (scope_names())[1]
        AND i.until_ms > extract(epoch FROM clock_timestamp()) * 1000)),
  e AS (
    SELECT e.version, e.type, e.recorded_at_ms, e.occurred_at_ms, e.actor_id, e.data
    FROM c JOIN events e ON e.case_kind = 'dispute' AND e.case_id = c.id ORDER BY e.version LIMIT 500),
  n AS (
    SELECT p.name FROM c JOIN parties p ON p.dispute_id = c.id
    UNION SELECT h.name FROM c JOIN tracking_holders h ON h.case_id = c.id WHERE h.name IS NOT NULL
    UNION SELECT a.name FROM c JOIN accounts a ON a.id = ANY (c.members)),
  r AS (
    SELECT DISTINCT found[1] AS id FROM (SELECT state AS data FROM c UNION ALL SELECT data FROM e) AS said,
      regexp_matches(said.data::text, '"(txt_[0-9a-f]+)"', 'g') AS found)
  SELECT jsonb_build_object('region', c.region, 'state', c.state,
    'names', coalesce((SELECT jsonb_agg(name) FROM n), '[]'),
    'texts', coalesce((SELECT jsonb_object_agg(t.id, t.body) FROM texts t JOIN r USING (id)), '{}'),
    'entries', coalesce((SELECT jsonb_agg(jsonb_build_object('version', version, 'type', type, 'recordedAt', recorded_at_ms,
      'occurredAt', occurred_at_ms, 'actorId', actor_id, 'data', data) ORDER BY version) FROM e), '[]'))
  FROM c
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION consent_stands, attachment_withheld, inspected_dossier FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION attachment_withheld, inspected_dossier TO fengqiao_reader;
--> statement-breakpoint
-- What retention looks for. The inbox grows in the order of time, so a summary of its pages is enough and costs nothing to keep.
CREATE INDEX cases_final_changed ON cases (updated_at_ms, kind, id) WHERE final;
--> statement-breakpoint
CREATE INDEX inbox_processed ON inbox USING brin (processed_at);
--> statement-breakpoint
CREATE INDEX notices_read ON notices (not_before_ms) WHERE status = 'read';
