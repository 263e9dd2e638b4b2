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
