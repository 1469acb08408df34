-- feed: a document about our goods that a marketplace fetches by a secret address. Its settings are JSON: no query asks for them.
-- offers, left_out and doubtful are what the last whole reading counted; -1 before the first.
create table feed (
  tenant_id bigint not null,
  id bigint not null,
  name text not null,
  format text not null,
  state text not null check (state in ('active', 'paused')),
  secret text not null,
  settings text not null,
  offers bigint not null default -1,
  left_out bigint not null default 0,
  doubtful bigint not null default 0,
  counted_at bigint not null default 0,
  version bigint not null default 1,
  created_at bigint not null,
  primary key (tenant_id, id)
);

-- feed_read: who fetched a feed, the newest few of each.
create table feed_read (
  tenant_id bigint not null,
  feed_id bigint not null,
  id bigint not null,
  at bigint not null,
  agent text not null,
  address text not null,
  status bigint not null,
  took_ms bigint not null,
  bytes bigint not null,
  offers bigint not null,
  primary key (tenant_id, feed_id, id)
) {{clustered}};

-- feed_category: the number of a category in every feed. It is given once and never again to another, because marketplaces tie
-- their own categories to it.
create table feed_category (
  tenant_id bigint not null,
  id bigint not null,
  name text not null,
  primary key (tenant_id, id),
  unique (tenant_id, name)
);
