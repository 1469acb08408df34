-- What a channel shows besides stock, how orders of one channel usually flow, and what a shop calls things.

alter table connection add column price_push {{bool}} not null default false;
alter table connection add column price_mul_ppm bigint not null default 1000000;
alter table connection add column price_add_minor bigint not null default 0;
alter table connection add column price_step_minor bigint not null default 1;
alter table connection add column price_ending_minor bigint not null default 0;
alter table connection add column price_round text not null default 'nearest';
alter table connection add column price_floor_ppm bigint not null default 0;
-- when the channel was last asked to call us
alter table connection add column hooked_at bigint not null default 0;
-- orders should have come since then and did not; 0 in order
alter table connection add column silent_since bigint not null default 0;
-- pause between two readings of the whole offer list, in seconds, and what the last one found
alter table connection add column offers_pause_s bigint not null default 0;
alter table connection add column offers_seen bigint not null default 0;
alter table connection add column offers_drifted bigint not null default 0;
-- the shop's own statuses and methods as JSON, and when they were read
alter table connection add column dictionary text not null default '';

-- how far the channel's charges were read
alter table connection add column fee_cursor text not null default '';

-- channel_fee: what the channel charged, negative when it gave back.
create table channel_fee (
  tenant_id bigint not null,
  connection_id bigint not null,
  external_id text not null,
  order_external text not null,
  offer_id text not null,
  code text not null,
  title text not null,
  at bigint not null,
  amount_minor bigint not null,
  currency text not null,
  primary key (tenant_id, connection_id, external_id)
);
create index channel_fee_order on channel_fee (tenant_id, connection_id, order_external) where order_external <> '';

-- listing_price: the price a linked listing should show, in minor units; the same way as listing_stock.
create table listing_price (
  tenant_id bigint not null,
  sku_id bigint not null,
  connection_id bigint not null,
  listing_id bigint not null,
  want_gen bigint not null,
  done_gen bigint not null,
  dirty {{bool}} not null,
  urgent {{bool}} not null default false,
  wanted_at bigint not null default 0,
  not_before bigint not null default 0,
  tries bigint not null default 0,
  state text not null check (state in ('queued', 'sent', 'accepted', 'confirmed', 'parked', 'failed')),
  sent bigint not null default -1000,
  sent_at bigint not null default 0,
  accepted_at bigint not null default 0,
  confirmed bigint not null default -1000,
  confirmed_at bigint not null default 0,
  error text not null default '',
  primary key (tenant_id, sku_id, connection_id, listing_id)
) {{clustered}};
create index listing_price_dirty on listing_price (tenant_id, connection_id, urgent, wanted_at) where dirty;
create index listing_price_refused on listing_price (tenant_id, connection_id, listing_id) where state in ('parked', 'failed');
create index listing_price_unconfirmed on listing_price (tenant_id, connection_id, accepted_at) where state = 'accepted';

-- connection_hour: how many orders a channel brought in one hour (hours since 1970).
create table connection_hour (
  tenant_id bigint not null,
  connection_id bigint not null,
  hour bigint not null,
  orders bigint not null,
  primary key (tenant_id, connection_id, hour)
) {{clustered}};

-- connection_map: what a person decided about one of the channel's words; what is not here is as the driver says.
create table connection_map (
  tenant_id bigint not null,
  connection_id bigint not null,
  kind text not null check (kind in ('stage', 'target', 'delivery', 'payment', 'reason')),
  code text not null,
  value text not null,
  primary key (tenant_id, connection_id, kind, code)
) {{clustered}};

-- connection_grant: an authorisation that a person has begun on the channel's own page. connection_id is 0 for a new account.
create table connection_grant (
  tenant_id bigint not null,
  id bigint not null,
  connection_id bigint not null default 0,
  driver text not null,
  sealed {{blob}} not null,
  created_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, id)
);

-- link_batch: links made at once, so that they can be undone at once.
create table link_batch (
  tenant_id bigint not null,
  id bigint not null,
  connection_id bigint not null,
  actor text not null,
  created_at bigint not null,
  undone_at bigint not null default 0,
  primary key (tenant_id, id)
);
create index link_batch_connection on link_batch (tenant_id, connection_id, id);
create table link_batch_item (
  tenant_id bigint not null,
  batch_id bigint not null,
  listing_id bigint not null,
  sku_id bigint not null,
  primary key (tenant_id, batch_id, listing_id)
) {{clustered}};
