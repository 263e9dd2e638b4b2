CREATE TABLE "accounts" (
	"id" text PRIMARY KEY NOT NULL,
	"login" text NOT NULL,
	"password_hash" text NOT NULL,
	"name" text NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	CONSTRAINT "accounts_login_unique" UNIQUE("login")
);
--> statement-breakpoint
CREATE TABLE "bodies" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"regions" jsonb NOT NULL,
	"categories" jsonb NOT NULL,
	"duty_contact" text
);
--> statement-breakpoint
CREATE TABLE "calendars" (
	"version" text PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "cases" (
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"version" integer NOT NULL,
	"state" jsonb NOT NULL,
	"policy_version" text NOT NULL,
	"dispute_id" text,
	"number" text,
	"region" text NOT NULL,
	"region_number" bigint NOT NULL,
	"category" text,
	"stage" text NOT NULL,
	"level" text NOT NULL,
	"grade" text,
	"owner_id" text,
	"title" text,
	"clock_state" text NOT NULL,
	"due_at_ms" bigint,
	"members" text[] NOT NULL,
	"final" boolean NOT NULL,
	"next_wake_at_ms" bigint,
	"opened_at_ms" bigint NOT NULL,
	"updated_at_ms" bigint NOT NULL,
	CONSTRAINT "cases_kind_id_pk" PRIMARY KEY("kind","id"),
	CONSTRAINT "cases_number_unique" UNIQUE("number")
);
--> statement-breakpoint
CREATE TABLE "commands" (
	"command_id" text PRIMARY KEY NOT NULL,
	"case_kind" text NOT NULL,
	"case_id" text NOT NULL,
	"action" text NOT NULL,
	"body" jsonb NOT NULL,
	"body_hash" text NOT NULL,
	"actor" jsonb NOT NULL,
	"expected_version" integer,
	"occurred_at_ms" bigint,
	"hop" integer DEFAULT 0 NOT NULL,
	"recorded_at_ms" bigint NOT NULL,
	"answer" jsonb,
	"cause" text,
	"decided_at_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "dead_letters_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"group_name" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"record_offset" text NOT NULL,
	"key" text NOT NULL,
	"event_id" text,
	"payload" text NOT NULL,
	"error_code" text NOT NULL,
	"error_message" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "directory_version" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "duty_roster" (
	"id" text PRIMARY KEY NOT NULL,
	"staff_id" text NOT NULL,
	"region" text NOT NULL,
	"role" text NOT NULL,
	"capacity" text NOT NULL,
	"from_ms" bigint NOT NULL,
	"to_ms" bigint
);
--> statement-breakpoint
CREATE TABLE "events" (
	"case_kind" text NOT NULL,
	"case_id" text NOT NULL,
	"version" integer NOT NULL,
	"event_id" text NOT NULL,
	"type" text NOT NULL,
	"data" jsonb NOT NULL,
	"recorded_at_ms" bigint NOT NULL,
	"occurred_at_ms" bigint,
	"actor_id" text NOT NULL,
	"command_id" text NOT NULL,
	CONSTRAINT "events_case_kind_case_id_version_pk" PRIMARY KEY("case_kind","case_id","version")
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"group_name" text NOT NULL,
	"event_id" text NOT NULL,
	"processed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_group_name_event_id_pk" PRIMARY KEY("group_name","event_id")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notices_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" text NOT NULL,
	"person_id" text NOT NULL,
	"channel" text NOT NULL,
	"kind" text NOT NULL,
	"case_id" text NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"not_before_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"event_id" text NOT NULL,
	"payload" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "parties" (
	"id" text PRIMARY KEY NOT NULL,
	"dispute_id" text NOT NULL,
	"side" text NOT NULL,
	"name" text NOT NULL,
	"phone" "bytea",
	"id_number" "bytea",
	"account_id" text
);
--> statement-breakpoint
CREATE TABLE "places" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"region" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "policies" (
	"version" text PRIMARY KEY NOT NULL,
	"document" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"activated_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "regions" (
	"code" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "staff" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"posts" jsonb NOT NULL,
	"skills" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "texts" (
	"id" text PRIMARY KEY NOT NULL,
	"case_id" text NOT NULL,
	"body" text NOT NULL,
	"recorded_at_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "work_items" (
	"id" text PRIMARY KEY NOT NULL,
	"queue" text NOT NULL,
	"region" text NOT NULL,
	"region_number" bigint NOT NULL,
	"kind" text NOT NULL,
	"case_kind" text NOT NULL,
	"case_id" text NOT NULL,
	"dispute_id" text,
	"subject" text NOT NULL,
	"assignee_id" text,
	"body_id" text,
	"roles" text[] NOT NULL,
	"detail" jsonb,
	"opened_at_ms" bigint NOT NULL,
	"grade" text,
	"due_at_ms" bigint,
	"status" text DEFAULT 'open' NOT NULL,
	"opened_by_event" text NOT NULL,
	"closed_by_event" text
);
--> statement-breakpoint
ALTER TABLE "duty_roster" ADD CONSTRAINT "duty_roster_staff_id_staff_id_fk" FOREIGN KEY ("staff_id") REFERENCES "public"."staff"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "places" ADD CONSTRAINT "places_region_regions_code_fk" FOREIGN KEY ("region") REFERENCES "public"."regions"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "cases_wake" ON "cases" USING btree ("next_wake_at_ms") WHERE not final;--> statement-breakpoint
CREATE INDEX "cases_region" ON "cases" USING btree ("kind","region_number","opened_at_ms");--> statement-breakpoint
CREATE INDEX "cases_of_members" ON "cases" USING gin ("members");--> statement-breakpoint
CREATE INDEX "commands_unanswered" ON "commands" USING btree ("recorded_at_ms") WHERE answer is null;--> statement-breakpoint
CREATE INDEX "commands_of_cause" ON "commands" USING btree ("cause") WHERE answer is null and cause is not null;--> statement-breakpoint
CREATE INDEX "dead_letters_open" ON "dead_letters" USING btree ("group_name","key","id") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "duty_roster_of_region" ON "duty_roster" USING btree ("region");--> statement-breakpoint
CREATE UNIQUE INDEX "notices_once" ON "notices" USING btree ("event_id","person_id","channel");--> statement-breakpoint
CREATE INDEX "parties_of_dispute" ON "parties" USING btree ("dispute_id");--> statement-breakpoint
CREATE UNIQUE INDEX "work_items_once" ON "work_items" USING btree ("queue","kind","case_id","subject");--> statement-breakpoint
CREATE INDEX "work_items_open" ON "work_items" USING btree ("queue","region_number","due_at_ms") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "work_items_of_mediators" ON "work_items" USING btree ("assignee_id") WHERE status = 'open' and kind = 'mediate';--> statement-breakpoint
CREATE INDEX "work_items_of_case" ON "work_items" USING btree ("case_id") WHERE status = 'open';