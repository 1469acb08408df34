-- Tokens in double braces are the only difference between the engines: {{clustered}} stores a narrow table inside its
-- primary key on SQLite, {{blob}} is the byte column, {{bool}} the boolean one, {{bytewise}} text that is ordered by its bytes,
-- as range scans over word beginnings need.

create table tenant (
  tenant_id bigint not null primary key,
  name text not null,
  language text not null,
  currency text not null,
  zone text not null,
  created_at bigint not null
);

-- ids: next free value per kind, taken in blocks.
create table id_block (
  kind text not null primary key,
  next_id bigint not null
) {{clustered}};

create table journal (
  tenant_id bigint not null,
  seq bigint not null,
  at bigint not null,
  actor text not null,
  kind text not null,
  subject text not null,
  subject_id bigint not null,
  payload text not null,
  primary key (tenant_id, seq)
) {{clustered}};
create index journal_subject on journal (tenant_id, subject, subject_id, seq);

-- facts: what the outside told us, one row per outside thing, stored before it is read.
create table fact (
  tenant_id bigint not null,
  id bigint not null,
  connection_id bigint not null,
  kind text not null,
  external_id text not null,
  digest text not null,
  body {{blob}} not null,
  received_at bigint not null,
  state text not null check (state in ('new', 'applied', 'aside')),
  version bigint not null,
  tries bigint not null default 0,
  not_before bigint not null default 0,
  error text not null default '',
  applied_at bigint not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, connection_id, kind, external_id)
);
create index fact_waiting on fact (tenant_id, not_before, id) where state = 'new';
create index fact_aside on fact (tenant_id, connection_id, id) where state = 'aside';

-- lease: one owner at a time; fence grows with every new owner, so that a late writer can be told apart.
create table lease (
  tenant_id bigint not null,
  name text not null,
  owner text not null,
  fence bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, name)
) {{clustered}};

-- identity -----------------------------------------------------------------------------------------------------------
create table account (
  tenant_id bigint not null,
  id bigint not null,
  email text not null,
  name text not null,
  role text not null check (role in ('owner', 'manager', 'picker', 'viewer')),
  language text not null,
  password_hash text not null,
  totp_secret {{blob}},
  totp_step bigint not null default 0,
  failed_logins bigint not null default 0,
  locked_until bigint not null default 0,
  created_at bigint not null,
  disabled_at bigint not null default 0,
  primary key (tenant_id, id)
);
create unique index account_email on account (email);

create table session (
  tenant_id bigint not null,
  token_hash text not null,
  account_id bigint not null,
  data {{blob}} not null,
  user_agent text not null default '',
  address text not null default '',
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null,
  primary key (tenant_id, token_hash)
);
create unique index session_token on session (token_hash);

create table api_token (
  tenant_id bigint not null,
  id bigint not null,
  name text not null,
  prefix text not null,
  hash text not null,
  scopes text not null,
  account_id bigint not null,
  created_at bigint not null,
  last_used_at bigint not null default 0,
  expires_at bigint not null default 0,
  revoked_at bigint not null default 0,
  primary key (tenant_id, id)
);
create unique index api_token_hash on api_token (hash);

-- one-time links: set-up of the first owner, invitations.
create table one_time_link (
  tenant_id bigint not null,
  hash text not null,
  purpose text not null,
  payload text not null,
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint not null default 0,
  primary key (tenant_id, hash)
);

-- catalogue ----------------------------------------------------------------------------------------------------------
-- product: what variants have in common. The name is the group's; it is empty for a product of one SKU.
create table product (
  tenant_id bigint not null,
  id bigint not null,
  name text not null,
  brand text not null default '',
  category text not null default '',
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint not null default 0,
  primary key (tenant_id, id)
);
create index product_name on product (tenant_id, name, id) where deleted_at = 0 and name <> '';

-- sku: what is sold. A variant is a SKU of a product with others; a kit is a SKU made of parts; a service has no stock.
-- The code of a deleted SKU may be used again; its row stays for the history.
create table sku (
  tenant_id bigint not null,
  id bigint not null,
  product_id bigint not null,
  code text not null,
  code_folded text {{bytewise}} not null,
  name text not null,
  variant text not null default '',
  kind text not null check (kind in ('goods', 'kit', 'service')),
  price_minor bigint not null,
  cost_minor bigint not null default 0,
  currency text not null,
  weight_grams bigint not null default 0,
  backorder {{bool}} not null default false,
  version bigint not null default 1,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint not null default 0,
  primary key (tenant_id, id)
);
create unique index sku_code on sku (tenant_id, code) where deleted_at = 0;
create index sku_folded on sku (tenant_id, code_folded, id) where deleted_at = 0;
create index sku_kind on sku (tenant_id, kind, code_folded, id) where deleted_at = 0;
create index sku_product on sku (tenant_id, product_id, id);

create table kit_part (
  tenant_id bigint not null,
  kit_id bigint not null,
  part_id bigint not null,
  qty bigint not null check (qty > 0),
  primary key (tenant_id, kit_id, part_id)
) {{clustered}};
create index kit_part_part on kit_part (tenant_id, part_id, kit_id);

create table barcode (
  tenant_id bigint not null,
  code text not null,
  sku_id bigint not null,
  primary key (tenant_id, code)
) {{clustered}};
create index barcode_sku on barcode (tenant_id, sku_id);

-- sku_word: folded words of codes and names, for search by any word's beginning.
create table sku_word (
  tenant_id bigint not null,
  word text {{bytewise}} not null,
  sku_id bigint not null,
  primary key (tenant_id, word, sku_id)
) {{clustered}};
create index sku_word_sku on sku_word (tenant_id, sku_id, word);

-- catalog_import: one import of a table. Rows are applied in the order (phase, row_no); the cursor is the last one done.
create table catalog_import (
  tenant_id bigint not null,
  id bigint not null,
  kind text not null check (kind in ('products', 'stock')),
  file_name text not null,
  state text not null check (state in ('reading', 'preview', 'running', 'done', 'stopped', 'failed', 'undoing', 'undone')),
  rows_total bigint not null,
  rows_done bigint not null,
  created bigint not null,
  changed bigint not null,
  unchanged bigint not null,
  failed bigint not null,
  warned bigint not null default 0,
  refused bigint not null default 0,
  cursor_phase bigint not null default 0,
  cursor_row bigint not null default 0,
  as_of bigint not null default 0,
  report text not null,
  created_by text not null,
  created_at bigint not null,
  finished_at bigint not null default 0,
  primary key (tenant_id, id)
);

-- catalog_import_change: one row of the file, what it would change, and once applied what it takes to undo it: the SKU
-- before and after.
create table catalog_import_change (
  tenant_id bigint not null,
  import_id bigint not null,
  row_no bigint not null,
  phase bigint not null,
  action text not null check (action in ('created', 'changed', 'unchanged', 'failed')),
  code text not null,
  sku_id bigint not null,
  input_json text not null,
  diff_json text not null,
  notes_json text not null,
  before_json text not null default '',
  after_json text not null default '',
  document_id bigint not null default 0,
  undone_at bigint not null default 0,
  refused_json text not null default '',
  primary key (tenant_id, import_id, row_no)
);
create index catalog_import_change_order on catalog_import_change (tenant_id, import_id, phase, row_no);
create index catalog_import_change_action on catalog_import_change (tenant_id, import_id, action, row_no);

-- stock --------------------------------------------------------------------------------------------------------------
create table warehouse (
  tenant_id bigint not null,
  id bigint not null,
  code text not null,
  name text not null,
  rank bigint not null,
  created_at bigint not null,
  deleted_at bigint not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, code)
);

-- level: derived from moves (on_hand) and open holds (reserved); doctor rebuilds it.
create table level (
  tenant_id bigint not null,
  sku_id bigint not null,
  warehouse_id bigint not null,
  on_hand bigint not null check (on_hand >= 0),
  reserved bigint not null check (reserved >= 0),
  backorder {{bool}} not null default false,
  primary key (tenant_id, sku_id, warehouse_id),
  check (reserved <= on_hand or backorder)
) {{clustered}};
create index level_empty on level (tenant_id, sku_id) where on_hand <= reserved;

-- move: immutable. qty is signed; (cause, purpose) happens once.
create table move (
  tenant_id bigint not null,
  id bigint not null,
  sku_id bigint not null,
  warehouse_id bigint not null,
  qty bigint not null check (qty <> 0),
  kind text not null check (kind in ('opening', 'receipt', 'sale', 'return', 'adjustment', 'stocktake', 'transfer')),
  cause text not null,
  purpose text not null,
  document_id bigint not null default 0,
  at bigint not null,
  actor text not null,
  note text not null default '',
  primary key (tenant_id, id),
  unique (tenant_id, cause, purpose)
);
create index move_sku on move (tenant_id, sku_id, id);

create table hold (
  tenant_id bigint not null,
  order_id bigint not null,
  line_no bigint not null,
  sku_id bigint not null,
  warehouse_id bigint not null,
  qty bigint not null check (qty > 0),
  state text not null check (state in ('open', 'shipped', 'released')),
  created_at bigint not null,
  closed_at bigint not null default 0,
  primary key (tenant_id, order_id, line_no, sku_id, warehouse_id)
) {{clustered}};
create index hold_open on hold (tenant_id, sku_id, warehouse_id, order_id) where state = 'open';

-- shortage: what an accepted order could not hold.
create table shortage (
  tenant_id bigint not null,
  order_id bigint not null,
  line_no bigint not null,
  sku_id bigint not null,
  qty bigint not null check (qty > 0),
  state text not null check (state in ('open', 'filled', 'cancelled')),
  created_at bigint not null,
  due_at bigint not null,
  closed_at bigint not null default 0,
  primary key (tenant_id, order_id, line_no, sku_id)
) {{clustered}};
create index shortage_open on shortage (tenant_id, sku_id, order_id) where state = 'open';

-- stock_document: a receipt, an adjustment or a stock-take with its "as of" moment. request_key makes a repeat harmless,
-- reverses is the document that this one undoes.
create table stock_document (
  tenant_id bigint not null,
  id bigint not null,
  kind text not null check (kind in ('opening', 'receipt', 'adjustment', 'stocktake')),
  warehouse_id bigint not null,
  number text not null,
  state text not null check (state in ('draft', 'posted')),
  as_of bigint not null,
  reason text not null default '',
  actor text not null,
  created_at bigint not null,
  posted_at bigint not null default 0,
  request_key text not null default '',
  request_digest text not null default '',
  reverses bigint not null default 0,
  primary key (tenant_id, id)
);
create unique index stock_document_key on stock_document (tenant_id, request_key) where request_key <> '';
create unique index stock_document_reverses on stock_document (tenant_id, reverses) where reverses <> 0;
create table stock_document_line (
  tenant_id bigint not null,
  document_id bigint not null,
  sku_id bigint not null,
  qty bigint not null,
  expected bigint not null default 0,
  primary key (tenant_id, document_id, sku_id)
) {{clustered}};

-- connections --------------------------------------------------------------------------------------------------------
create table connection (
  tenant_id bigint not null,
  id bigint not null,
  driver text not null,
  name text not null,
  state text not null check (state in ('active', 'paused', 'stopped', 'deleted')),
  settings text not null,
  secrets {{blob}} not null,
  hook_secret text not null,
  share_ppm bigint not null default 1000000,
  cap bigint not null default 0,
  safety bigint not null default 0,
  hide_below bigint not null default 0,
  rate_milli bigint not null default 0,
  order_cursor text not null default '',
  last_success_at bigint not null default 0,
  last_pull_at bigint not null default 0,
  last_error text not null default '',
  last_error_at bigint not null default 0,
  paused_reason text not null default '',
  token_expires_at bigint not null default 0,
  offers_read_at bigint not null default 0,
  version bigint not null default 1,
  created_at bigint not null,
  primary key (tenant_id, id)
);

-- listing: an offer of ours as a channel shows it, linked to a SKU or not yet.
create table listing (
  tenant_id bigint not null,
  id bigint not null,
  connection_id bigint not null,
  external_id text not null,
  sku_code text not null,
  barcode text not null,
  title text not null,
  url text not null,
  price_minor bigint not null,
  currency text not null,
  sku_id bigint not null default 0,
  linked_by text not null default '',
  active {{bool}} not null,
  refuses text not null default '',
  seen_at bigint not null,
  gone_at bigint not null default 0,
  primary key (tenant_id, id),
  unique (tenant_id, connection_id, external_id)
);
create index listing_sku on listing (tenant_id, sku_id, connection_id, id, gone_at);
create index listing_unlinked on listing (tenant_id, connection_id, id) where sku_id = 0 and gone_at = 0;

-- listing_stock: the quantity a linked listing should show. want_gen grows when the truth changes, done_gen follows when
-- the channel has taken it; dirty since wanted_at.
create table listing_stock (
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
  sent bigint not null default -1,
  sent_at bigint not null default 0,
  accepted_at bigint not null default 0,
  confirmed bigint not null default -1,
  confirmed_at bigint not null default 0,
  error text not null default '',
  primary key (tenant_id, sku_id, connection_id, listing_id)
) {{clustered}};
create index listing_stock_dirty on listing_stock (tenant_id, connection_id, urgent, wanted_at) where dirty;
create index listing_stock_refused on listing_stock (tenant_id, connection_id, listing_id) where state in ('parked', 'failed');
create index listing_stock_unconfirmed on listing_stock (tenant_id, connection_id, accepted_at) where state = 'accepted';

-- customers ----------------------------------------------------------------------------------------------------------
create table customer (
  tenant_id bigint not null,
  id bigint not null,
  name text not null,
  phone text not null default '',
  email text not null default '',
  note text not null default '',
  created_at bigint not null,
  primary key (tenant_id, id)
);
create table customer_identity (
  tenant_id bigint not null,
  kind text not null,
  value text not null,
  customer_id bigint not null,
  primary key (tenant_id, kind, value)
) {{clustered}};
create index customer_identity_customer on customer_identity (tenant_id, customer_id);
create table customer_word (
  tenant_id bigint not null,
  word text not null,
  customer_id bigint not null,
  primary key (tenant_id, word, customer_id)
) {{clustered}};

-- orders -------------------------------------------------------------------------------------------------------------
create table orders (
  tenant_id bigint not null,
  id bigint not null,
  connection_id bigint not null,
  external_id text not null,
  number text not null,
  source text not null,
  stage text not null check (stage in ('new', 'confirmed', 'picking', 'shipped', 'completed', 'cancelled', 'returned')),
  channel_status text not null,
  customer_id bigint not null,
  buyer_name text not null,
  buyer_phone text not null,
  placed_at bigint not null,
  changed_at bigint not null default 0,
  accepted_at bigint not null,
  stage_at bigint not null,
  due_at bigint not null,
  owner_id bigint not null default 0,
  currency text not null,
  total_minor bigint not null,
  delivery_minor bigint not null default 0,
  commission_minor bigint not null default 0,
  payment_state text not null,
  payment_method text not null default '',
  on_pickup {{bool}} not null default false,
  delivery text not null default '{}',
  tracking text not null default '',
  carrier text not null default '',
  comment text not null default '',
  short {{bool}} not null default false,
  unlinked {{bool}} not null default false,
  duplicate_of bigint not null default 0,
  cancel_reason text not null default '',
  cancel_by text not null default '',
  cancelled_at bigint not null default 0,
  fingerprint text not null default '',
  item_count bigint not null default 0,
  summary text not null default '',
  version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, external_id, connection_id)
);
create index orders_stage on orders (tenant_id, stage, id);
create index orders_connection on orders (tenant_id, connection_id, id);
create index orders_customer on orders (tenant_id, customer_id, id);
create index orders_due on orders (tenant_id, due_at, id) where stage in ('new', 'confirmed', 'picking');
create index orders_short on orders (tenant_id, id) where short;
create index orders_tracking on orders (tenant_id, tracking) where tracking <> '';

create table order_line (
  tenant_id bigint not null,
  order_id bigint not null,
  line_no bigint not null,
  external_id text not null,
  offer_id text not null,
  listing_id bigint not null default 0,
  sku_id bigint not null default 0,
  sku_code text not null,
  title text not null,
  qty bigint not null check (qty > 0),
  price_minor bigint not null,
  total_minor bigint not null,
  sku_price_minor bigint not null default 0,
  price_right {{bool}} not null default false,
  available bigint not null default 0,
  stock_right {{bool}} not null default false,
  gift {{bool}} not null default false,
  removed {{bool}} not null default false,
  primary key (tenant_id, order_id, line_no)
) {{clustered}};
create index order_line_sku on order_line (tenant_id, sku_id, order_id);
create index order_line_unlinked on order_line (tenant_id, order_id, line_no) where sku_id = 0 and not removed;

-- order_push: the stage, tracking and cancellation a channel should learn, in the same manner as listing_stock.
create table order_push (
  tenant_id bigint not null,
  order_id bigint not null,
  connection_id bigint not null,
  want_gen bigint not null,
  done_gen bigint not null,
  wanted_at bigint not null,
  not_before bigint not null default 0,
  tries bigint not null default 0,
  state text not null check (state in ('queued', 'sent', 'confirmed', 'parked')),
  error text not null default '',
  sent_at bigint not null default 0,
  confirmed_at bigint not null default 0,
  primary key (tenant_id, order_id)
) {{clustered}};
create index order_push_dirty on order_push (tenant_id, connection_id, wanted_at) where want_gen > done_gen;

-- tasks --------------------------------------------------------------------------------------------------------------
create table task (
  tenant_id bigint not null,
  id bigint not null,
  kind text not null,
  subject text not null,
  subject_id bigint not null,
  detail text not null default '{}',
  owner_id bigint not null default 0,
  queue text not null,
  state text not null check (state in ('open', 'done')),
  created_at bigint not null,
  due_at bigint not null,
  done_at bigint not null default 0,
  done_by text not null default '',
  primary key (tenant_id, id)
);
create unique index task_open on task (tenant_id, kind, subject, subject_id) where state = 'open';
create index task_due on task (tenant_id, due_at, id) where state = 'open';
