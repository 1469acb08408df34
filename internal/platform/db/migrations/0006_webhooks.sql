-- The feed of the journal, answers kept for repeats of a call, and events sent to other programs.

-- pos: the place in the feed, given once the entry is committed; 0 until then. Places become visible in their order.
alter table journal add column pos bigint not null default 0;
create index journal_unplaced on journal (tenant_id, at, seq) where pos = 0;
create index journal_place on journal (tenant_id, pos) where pos > 0;

-- journal_tail: the last place given; its row is the lock of whoever gives places.
create table journal_tail (
  tenant_id bigint not null,
  pos bigint not null,
  primary key (tenant_id)
) {{clustered}};

-- api_answer: what a call with an idempotency key was answered, sealed; running until it is.
create table api_answer (
  tenant_id bigint not null,
  actor text not null,
  key text not null,
  digest text not null,
  state text not null check (state in ('running', 'answered')),
  status bigint not null default 0,
  body {{blob}},
  began_at bigint not null,
  primary key (tenant_id, actor, key)
);
create index api_answer_age on api_answer (tenant_id, began_at);

-- webhook: where events go. read_pos is the place in the feed up to which deliveries were made, last_no the newest of them;
-- after a round in which nothing was taken the whole webhook rests until not_before.
create table webhook (
  tenant_id bigint not null,
  id bigint not null,
  name text not null,
  url text not null,
  events text not null,
  secret {{blob}} not null,
  state text not null check (state in ('active', 'paused', 'stopped', 'deleted')),
  read_pos bigint not null,
  last_no bigint not null default 0,
  fails bigint not null default 0,
  not_before bigint not null default 0,
  created_by text not null,
  created_at bigint not null,
  primary key (tenant_id, id)
);

-- webhook_delivery: one event for one webhook, in the order no; those of one subject go one after the other.
create table webhook_delivery (
  tenant_id bigint not null,
  webhook_id bigint not null,
  no bigint not null,
  pos bigint not null,
  seq bigint not null,
  kind text not null,
  subject text not null,
  subject_id bigint not null,
  state text not null check (state in ('waiting', 'delivered', 'skipped')),
  tries bigint not null default 0,
  not_before bigint not null default 0,
  tried_at bigint not null default 0,
  failing_since bigint not null default 0,
  code bigint not null default 0,
  took_ms bigint not null default 0,
  error text not null default '',
  created_at bigint not null,
  primary key (tenant_id, webhook_id, no)
);
create index webhook_delivery_waiting on webhook_delivery (tenant_id, webhook_id, subject, subject_id, no) where state = 'waiting';
