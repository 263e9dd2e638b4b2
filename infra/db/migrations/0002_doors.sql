CREATE TABLE "attachments" (
	"id" text PRIMARY KEY NOT NULL,
	"upload_id" text NOT NULL,
	"upload_hash" text NOT NULL,
	"dispute_id" text NOT NULL,
	"uploaded_by" text NOT NULL,
	"uploaded_as" text NOT NULL,
	"kind" text NOT NULL,
	"audience" text NOT NULL,
	"side" text,
	"name" text NOT NULL,
	"media_type" text NOT NULL,
	"bytes" integer NOT NULL,
	"sha256" text NOT NULL,
	"source_sha256" text NOT NULL,
	"width" integer,
	"height" integer,
	"thumbnail_bytes" integer,
	"location_kept" boolean NOT NULL,
	"uploaded_at_ms" bigint NOT NULL,
	"deleted_at_ms" bigint,
	"deleted_by" text,
	"delete_reason" text,
	"bytes_removed_at_ms" bigint,
	CONSTRAINT "attachments_upload_id_unique" UNIQUE("upload_id"),
	CONSTRAINT "attachments_standing" CHECK ("attachments"."uploaded_as" IN ('staff', 'reporter', 'party')),
	CONSTRAINT "attachments_kind" CHECK ("attachments"."kind" IN ('evidence', 'document', 'mediation')),
	CONSTRAINT "attachments_audience" CHECK ("attachments"."audience" IN ('staff', 'side', 'all')),
	CONSTRAINT "attachments_side" CHECK (("attachments"."audience" = 'side') = ("attachments"."side" IS NOT NULL)),
	CONSTRAINT "attachments_protected" CHECK ("attachments"."audience" = 'staff' OR ("attachments"."uploaded_as" <> 'reporter' AND "attachments"."kind" <> 'mediation'))
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at_ms" bigint DEFAULT (extract(epoch from clock_timestamp()) * 1000)::bigint NOT NULL,
	"actor_id" text NOT NULL,
	"kind" text NOT NULL,
	"case_kind" text,
	"case_id" text,
	"fields" text[] NOT NULL,
	"detail" jsonb,
	"request_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"number" bigint PRIMARY KEY NOT NULL,
	"at_ms" bigint NOT NULL,
	"from_id" bigint NOT NULL,
	"to_id" bigint NOT NULL,
	"count" integer NOT NULL,
	"emptied" boolean NOT NULL,
	"ids" bigint[] NOT NULL,
	"leaves" "bytea" NOT NULL,
	"previous" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	"signature" "bytea" NOT NULL,
	"key_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_tail" (
	"id" bigint PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "open311_requests" (
	"command_id" text PRIMARY KEY NOT NULL,
	"token" text NOT NULL,
	"service_code" text NOT NULL,
	"requested_at_ms" bigint NOT NULL,
	"case_kind" text,
	"case_id" text,
	CONSTRAINT "open311_requests_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"old_secret_hash" "bytea",
	"old_valid_until_ms" bigint,
	"created_by" text NOT NULL,
	"created_at_ms" bigint NOT NULL,
	"expires_at_ms" bigint,
	"revoked_at_ms" bigint,
	"last_used_at_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "refresh_tokens" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"used_at_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"kind" text NOT NULL,
	"started_at_ms" bigint NOT NULL,
	"renewed_at_ms" bigint NOT NULL,
	"expires_at_ms" bigint NOT NULL,
	"ended_at_ms" bigint,
	"ended_because" text
);
--> statement-breakpoint
CREATE TABLE "attachment_restrictions" (
	"attachment_id" text PRIMARY KEY NOT NULL,
	"dispute_id" text NOT NULL,
	"party_id" text NOT NULL,
	"subject" text NOT NULL,
	"set_by" text NOT NULL,
	"set_at_ms" bigint NOT NULL,
	CONSTRAINT "attachment_restrictions_subject" CHECK ("attachment_restrictions"."subject" IN ('minor', 'health', 'finance'))
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "consents_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text PRIMARY KEY NOT NULL,
	"dispute_id" text NOT NULL,
	"party_id" text NOT NULL,
	"subject" text NOT NULL,
	"given" boolean NOT NULL,
	"how" text NOT NULL,
	"at_ms" bigint NOT NULL,
	"recorded_at_ms" bigint NOT NULL,
	"recorded_by" text NOT NULL,
	"expires_at_ms" bigint,
	CONSTRAINT "consents_subject" CHECK ("consents"."subject" IN ('minor', 'health', 'finance', 'disclosure')),
	CONSTRAINT "consents_how" CHECK ("consents"."how" IN ('paper', 'spoken', 'app'))
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" text PRIMARY KEY NOT NULL,
	"case_kind" text NOT NULL,
	"case_id" text NOT NULL,
	"speaks_for" text NOT NULL,
	"reason" text NOT NULL,
	"text_ids" text[] NOT NULL,
	"asked_by" text NOT NULL,
	"asked_at_ms" bigint NOT NULL,
	"carried_out_by" text,
	"carried_out_at_ms" bigint,
	"counts" jsonb,
	CONSTRAINT "erasures_two_persons" CHECK ("erasures"."carried_out_by" IS NULL OR "erasures"."carried_out_by" <> "erasures"."asked_by")
);
--> statement-breakpoint
CREATE TABLE "inspection_disputes" (
	"inspection_id" text NOT NULL,
	"dispute_id" text NOT NULL,
	CONSTRAINT "inspection_disputes_inspection_id_dispute_id_pk" PRIMARY KEY("inspection_id","dispute_id")
);
--> statement-breakpoint
CREATE TABLE "inspections" (
	"id" text PRIMARY KEY NOT NULL,
	"inspector_id" text NOT NULL,
	"region" text NOT NULL,
	"opened_from_ms" bigint NOT NULL,
	"opened_to_ms" bigint NOT NULL,
	"until_ms" bigint NOT NULL,
	"drawn_by" text NOT NULL,
	"drawn_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "retention_done" (
	"case_kind" text NOT NULL,
	"case_id" text NOT NULL,
	"kind" text NOT NULL,
	"done_at_ms" bigint NOT NULL,
	CONSTRAINT "retention_done_case_kind_case_id_kind_pk" PRIMARY KEY("case_kind","case_id","kind")
);
--> statement-breakpoint
CREATE TABLE "dispute_search" (
	"dispute_id" text PRIMARY KEY NOT NULL,
	"region_number" bigint NOT NULL,
	"opened_at_ms" bigint NOT NULL,
	"place_id" text,
	"document" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "saved_filters" (
	"id" text PRIMARY KEY NOT NULL,
	"person_id" text NOT NULL,
	"name" text NOT NULL,
	"filter" jsonb NOT NULL,
	"updated_at_ms" bigint NOT NULL,
	CONSTRAINT "saved_filters_names" UNIQUE("person_id","name")
);
--> statement-breakpoint
CREATE TABLE "statements" (
	"id" text PRIMARY KEY NOT NULL,
	"case_kind" text NOT NULL,
	"case_id" text NOT NULL,
	"text" text NOT NULL,
	"body_hash" text NOT NULL,
	"speaks_for" text NOT NULL,
	"written_by" text NOT NULL,
	"by_staff" boolean NOT NULL,
	"written_at_ms" bigint NOT NULL,
	"occurred_at_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "tracking_codes" (
	"id" text PRIMARY KEY NOT NULL,
	"principal" text NOT NULL,
	"code_hash" "bytea" NOT NULL,
	"pin_hash" text NOT NULL,
	"one_time_until_ms" bigint,
	"issued_at_ms" bigint NOT NULL,
	"issued_by" text,
	"used_at_ms" bigint,
	"ended_at_ms" bigint,
	"failures" integer DEFAULT 0 NOT NULL,
	"locked_until_ms" bigint,
	CONSTRAINT "tracking_codes_code_hash_unique" UNIQUE("code_hash")
);
--> statement-breakpoint
CREATE TABLE "tracking_holders" (
	"id" text PRIMARY KEY NOT NULL,
	"case_kind" text NOT NULL,
	"case_id" text NOT NULL,
	"speaks_for" text NOT NULL,
	"language" text NOT NULL,
	"name" text,
	"phone" "bytea",
	"phone_hash" "bytea"
);
--> statement-breakpoint
CREATE TABLE "tracking_sessions" (
	"token_hash" "bytea" PRIMARY KEY NOT NULL,
	"code_id" text NOT NULL,
	"expires_at_ms" bigint NOT NULL
);
--> statement-breakpoint
DROP INDEX "cases_region";--> statement-breakpoint
ALTER TABLE "accounts" ALTER COLUMN "password_hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "kind" text DEFAULT 'person' NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "failed_logins" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "locked_until_ms" bigint;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "one_time_until_ms" bigint;--> statement-breakpoint
ALTER TABLE "bodies" ADD COLUMN "active" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "bodies" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "cases" ADD COLUMN "shown_texts" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "duty_roster" ADD COLUMN "stands_in_for" text;--> statement-breakpoint
ALTER TABLE "parties" ADD COLUMN "phone_hash" "bytea";--> statement-breakpoint
ALTER TABLE "parties" ADD COLUMN "id_number_hash" "bytea";--> statement-breakpoint
ALTER TABLE "places" ADD COLUMN "active" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "places" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "staff" ADD COLUMN "region" text;--> statement-breakpoint
ALTER TABLE "staff" ADD COLUMN "leaves_at_ms" bigint;--> statement-breakpoint
ALTER TABLE "staff" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inspection_disputes" ADD CONSTRAINT "inspection_disputes_inspection_id_inspections_id_fk" FOREIGN KEY ("inspection_id") REFERENCES "public"."inspections"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tracking_codes" ADD CONSTRAINT "tracking_codes_principal_tracking_holders_id_fk" FOREIGN KEY ("principal") REFERENCES "public"."tracking_holders"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tracking_sessions" ADD CONSTRAINT "tracking_sessions_code_id_tracking_codes_id_fk" FOREIGN KEY ("code_id") REFERENCES "public"."tracking_codes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "attachments_of_dispute" ON "attachments" USING btree ("dispute_id","uploaded_at_ms","id") WHERE deleted_at_ms is null;--> statement-breakpoint
CREATE INDEX "attachments_to_remove" ON "attachments" USING btree ("deleted_at_ms") WHERE deleted_at_ms is not null and bytes_removed_at_ms is null;--> statement-breakpoint
CREATE INDEX "audit_log_of_case" ON "audit_log" USING btree ("case_id","id");--> statement-breakpoint
CREATE INDEX "audit_log_of_actor" ON "audit_log" USING btree ("actor_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "open311_requests_of_case" ON "open311_requests" USING btree ("case_id");--> statement-breakpoint
CREATE INDEX "open311_requests_newest" ON "open311_requests" USING btree ("requested_at_ms");--> statement-breakpoint
CREATE INDEX "open311_requests_without_case" ON "open311_requests" USING btree ("requested_at_ms") WHERE case_id is null;--> statement-breakpoint
CREATE INDEX "api_keys_of_account" ON "api_keys" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "refresh_tokens_of_session" ON "refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "sessions_of_account" ON "sessions" USING btree ("account_id");--> statement-breakpoint
CREATE INDEX "sessions_by_end" ON "sessions" USING btree ("expires_at_ms");--> statement-breakpoint
CREATE INDEX "consents_of_party" ON "consents" USING btree ("dispute_id","party_id","subject","number");--> statement-breakpoint
CREATE INDEX "erasures_asked" ON "erasures" USING btree ("asked_at_ms","id");--> statement-breakpoint
CREATE INDEX "inspections_of_inspector" ON "inspections" USING btree ("inspector_id","drawn_at_ms","id");--> statement-breakpoint
CREATE INDEX "dispute_search_words" ON "dispute_search" USING gin ("document") WITH (gin_pending_list_limit=256);--> statement-breakpoint
CREATE INDEX "dispute_search_opened" ON "dispute_search" USING btree ("opened_at_ms","dispute_id");--> statement-breakpoint
CREATE INDEX "dispute_search_of_grid" ON "dispute_search" USING btree ("region_number","opened_at_ms","dispute_id");--> statement-breakpoint
CREATE INDEX "dispute_search_of_community" ON "dispute_search" USING btree ((region_number / 1000),"opened_at_ms","dispute_id");--> statement-breakpoint
CREATE INDEX "dispute_search_of_street" ON "dispute_search" USING btree ((region_number / 1000000),"opened_at_ms","dispute_id");--> statement-breakpoint
CREATE INDEX "dispute_search_of_place" ON "dispute_search" USING btree ("place_id","opened_at_ms") WHERE place_id is not null;--> statement-breakpoint
CREATE INDEX "statements_of_case" ON "statements" USING btree ("case_kind","case_id","written_at_ms","id");--> statement-breakpoint
CREATE UNIQUE INDEX "tracking_codes_in_force" ON "tracking_codes" USING btree ("principal") WHERE ended_at_ms is null;--> statement-breakpoint
CREATE INDEX "tracking_codes_of_holder" ON "tracking_codes" USING btree ("principal");--> statement-breakpoint
CREATE INDEX "tracking_holders_of_case" ON "tracking_holders" USING btree ("case_id");--> statement-breakpoint
CREATE INDEX "tracking_holders_of_phone" ON "tracking_holders" USING btree ("phone_hash");--> statement-breakpoint
CREATE INDEX "tracking_sessions_by_end" ON "tracking_sessions" USING btree ("expires_at_ms");--> statement-breakpoint
CREATE INDEX "tracking_sessions_of_code" ON "tracking_sessions" USING btree ("code_id");--> statement-breakpoint
ALTER TABLE "duty_roster" ADD CONSTRAINT "duty_roster_stands_in_for_staff_id_fk" FOREIGN KEY ("stands_in_for") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "staff" ADD CONSTRAINT "staff_region_regions_code_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cases_of_texts" ON "cases" USING gin ("shown_texts");--> statement-breakpoint
CREATE INDEX "parties_of_phone" ON "parties" USING btree ("phone_hash");--> statement-breakpoint
CREATE INDEX "parties_of_id_number" ON "parties" USING btree ("id_number_hash");--> statement-breakpoint
CREATE INDEX "parties_of_name" ON "parties" USING btree ("name");--> statement-breakpoint
CREATE INDEX "places_of_region" ON "places" USING btree ("region");--> statement-breakpoint
CREATE INDEX "staff_of_region" ON "staff" USING btree ("region");--> statement-breakpoint
ALTER TABLE "duty_roster" ADD CONSTRAINT "duty_roster_times" CHECK ("duty_roster"."to_ms" IS NULL OR "duty_roster"."to_ms" >= "duty_roster"."from_ms");