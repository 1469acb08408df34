-- What the BaseLinker protocol names and Lad has no place for. See internal/baselinker.

-- bl_entry: the protocol's dictionaries, one row per status, status group, source, extra field, catalogue, price group,
-- category, manufacturer or tag. Ids are never given twice.
create table bl_entry (
  tenant_id bigint not null,
  kind text not null,
  id bigint not null,
  name text not null,
  body text not null,
  primary key (tenant_id, kind, id)
);
create index bl_entry_name on bl_entry (tenant_id, kind, name);

-- bl_order: what a client wrote of an order. The status counts while the order is in the stage in which it was set.
create table bl_order (
  tenant_id bigint not null,
  order_id bigint not null,
  source_id bigint not null default 0,
  status_id bigint not null default 0,
  status_stage text not null default '',
  removed {{bool}} not null default false,
  body text not null default '{}',
  primary key (tenant_id, order_id)
);
create index bl_order_status on bl_order (tenant_id, status_id, order_id) where status_id <> 0;

-- bl_product: what a client wrote of a SKU. A variant has a parent.
create table bl_product (
  tenant_id bigint not null,
  sku_id bigint not null,
  inventory_id bigint not null,
  parent_id bigint not null default 0,
  category_id bigint not null default 0,
  maker_id bigint not null default 0,
  body text not null default '{}',
  primary key (tenant_id, sku_id)
);
create index bl_product_parent on bl_product (tenant_id, parent_id, sku_id) where parent_id <> 0;

-- bl_parcel: a parcel of an order that a client told of.
create table bl_parcel (
  tenant_id bigint not null,
  id bigint not null,
  order_id bigint not null,
  courier text not null,
  number text not null,
  is_return {{bool}} not null,
  pickup_at bigint not null,
  created_at bigint not null,
  deleted_at bigint not null default 0,
  primary key (tenant_id, id)
);
create index bl_parcel_order on bl_parcel (tenant_id, order_id, id);
create index bl_parcel_number on bl_parcel (tenant_id, number, id);

-- bl_return: a return as a client tells of it; a notice, which moves neither goods nor money.
create table bl_return (
  tenant_id bigint not null,
  id bigint not null,
  order_id bigint not null,
  source_id bigint not null,
  status_id bigint not null,
  added_at bigint not null,
  status_at bigint not null,
  body text not null,
  primary key (tenant_id, id)
);
create index bl_return_order on bl_return (tenant_id, order_id, id) where order_id <> 0;
create index bl_return_added on bl_return (tenant_id, added_at, id);

-- bl_token: how a client with an API token wants to be answered.
create table bl_token (
  tenant_id bigint not null,
  token_id bigint not null,
  legacy_types {{bool}} not null,
  same_order text not null check (same_order in ('', 'extra_field_1', 'extra_field_2')),
  primary key (tenant_id, token_id)
);

-- getOrders reads orders by the moment at which they were taken in.
create index orders_accepted on orders (tenant_id, accepted_at, id);
