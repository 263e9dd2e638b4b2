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
