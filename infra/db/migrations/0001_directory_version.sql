INSERT INTO directory_version (id, version) VALUES (true, 1);
--> statement-breakpoint
ALTER TABLE directory_version ADD CONSTRAINT directory_version_one_row CHECK (id);
--> statement-breakpoint
CREATE FUNCTION bump_directory_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE directory_version SET version = version + 1;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER staff_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON staff
  FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
--> statement-breakpoint
CREATE TRIGGER duty_roster_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON duty_roster
  FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
--> statement-breakpoint
CREATE TRIGGER regions_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON regions
  FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
--> statement-breakpoint
CREATE TRIGGER bodies_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON bodies
  FOR EACH STATEMENT EXECUTE FUNCTION bump_directory_version();
--> statement-breakpoint
-- Taken in blocks of 50 by each API process; gaps are allowed, doubles are not.
CREATE SEQUENCE dispute_numbers INCREMENT BY 50;
