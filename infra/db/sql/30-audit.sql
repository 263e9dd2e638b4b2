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
