-- moving_run: one moving in from another hub. The cursor and the shop (JSON) say where it goes on; turn grows with every start
-- and stop, so that a loop of an earlier start ends by itself.
create table moving_run (
  tenant_id bigint not null,
  id bigint not null,
  source text not null,
  state text not null check (state in ('running', 'stopped', 'failed', 'done')),
  stage text not null,
  turn bigint not null,
  version bigint not null,
  token {{blob}} not null,
  address text not null,
  since bigint not null,
  with_stock {{bool}} not null,
  cursor text not null,
  shop text not null,
  progress text not null,
  report text not null,
  tries bigint not null default 0,
  not_before bigint not null default 0,
  error text not null default '',
  words text not null default '',
  started_by text not null,
  created_at bigint not null,
  finished_at bigint not null default 0,
  primary key (tenant_id, id)
);
create unique index moving_run_open on moving_run (tenant_id, source) where state <> 'done';

-- moving_link: what a thing of the other hub became here. seen is what was last seen of it: a digest, a price or a name.
create table moving_link (
  tenant_id bigint not null,
  source text not null,
  kind text not null,
  external_id text not null,
  own_id bigint not null,
  seen text not null,
  primary key (tenant_id, source, kind, external_id)
) {{clustered}};
create index moving_link_own on moving_link (tenant_id, source, kind, own_id);

-- moving_aside: what could not come over, and why: a message key with its arguments (JSON).
create table moving_aside (
  tenant_id bigint not null,
  run_id bigint not null,
  kind text not null,
  external_id text not null,
  title text not null,
  reason text not null,
  args text not null,
  primary key (tenant_id, run_id, kind, external_id)
) {{clustered}};
