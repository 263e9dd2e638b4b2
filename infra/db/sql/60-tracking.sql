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
