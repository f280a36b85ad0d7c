-- The demo: Harbour Tea, a small web shop for tea and coffee, three years after its start.
--
-- Most of it is sound. The rest is what such a database collects when nobody looks: every fault that
-- SQLite can show is planted once, and marked `-- planted: id` where it stands. Comments inside a
-- definition stay in the file, because SQLite keeps the text of every CREATE statement.
--
-- Try it in the shell too: cat 1_schema.sql 2_rows.sql 3_after.sql | sqlite3 demo.db
pragma synchronous = off;
pragma temp_store = memory;
pragma foreign_keys = off;
begin;

-- ---------------------------------------------------------------- settings

CREATE TABLE countries (
  -- ISO 3166 code
  code TEXT PRIMARY KEY, -- planted: pk-nullable
  name TEXT NOT NULL,
  eu INTEGER NOT NULL DEFAULT 0 CHECK (eu IN (0, 1))
);

CREATE TABLE currencies (
  code TEXT NOT NULL PRIMARY KEY CHECK (length(code) = 3),
  name TEXT NOT NULL,
  minor_digits INTEGER NOT NULL DEFAULT 2
) WITHOUT ROWID, STRICT;
CREATE INDEX currencies_name_idx ON currencies (name); -- planted: index-on-tiny-table

CREATE TABLE exchange_rates (
  currency TEXT NOT NULL REFERENCES currencies (code) ON DELETE RESTRICT,
  day TEXT NOT NULL,
  rate REAL NOT NULL CHECK (rate > 0),
  PRIMARY KEY (currency, day)
) WITHOUT ROWID;

CREATE TABLE tax_rates (
  id INTEGER PRIMARY KEY,
  country_code TEXT NOT NULL REFERENCES countries (code) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('standard', 'reduced')),
  percent REAL NOT NULL,
  valid_from TEXT NOT NULL,
  CONSTRAINT tax_rates_once UNIQUE (country_code, kind, valid_from)
);

-- One row per switch; the admin page writes whatever its author had in mind.
CREATE TABLE settings (
  key TEXT NOT NULL PRIMARY KEY,
  value, -- planted: strict-tables-off (numbers, texts and a blob in one column)
  updated_at TEXT NOT NULL DEFAULT (datetime('now'))
);

CREATE TABLE featureFlags ( -- planted: naming-mixed
  flagId INTEGER PRIMARY KEY,
  flagName TEXT NOT NULL UNIQUE,
  isOn INTEGER NOT NULL DEFAULT 0,
  rolloutPercent INTEGER NOT NULL DEFAULT 100 CHECK (rolloutPercent BETWEEN 0 AND 100)
);

CREATE TABLE schema_migrations (version TEXT NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL);

-- ---------------------------------------------------------------- catalog

CREATE TABLE brands (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL COLLATE NOCASE UNIQUE,
  country_code TEXT REFERENCES countries (code) ON DELETE SET NULL,
  website TEXT
);
CREATE INDEX brands_country_code_idx ON brands (country_code);

-- A tree: teas, green teas, Japanese green teas.
CREATE TABLE categories (
  id INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES categories (id) ON DELETE CASCADE,
  slug TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  position INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX categories_parent_id_idx ON categories (parent_id);

CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  brand_id INTEGER NOT NULL REFERENCES brands (id),
  -- planted: fk-cascade-wide (a category takes its products, their variants and their stock with it)
  category_id INTEGER NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
  sku TEXT NOT NULL, -- planted: unique-missing-natural
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  weight "FLOATING POINT", -- planted: type-affinity-trap (the affinity is INTEGER)
  tag1 TEXT, -- planted: repeated-columns
  tag2 TEXT,
  tag3 TEXT,
  active INTEGER DEFAULT 1, -- planted: nullable-default
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL -- planted: updated-at-not-maintained (no trigger writes it)
);
CREATE INDEX products_brand_id_idx ON products (brand_id);
CREATE INDEX products_category_id_idx ON products (category_id);
CREATE INDEX products_active_idx ON products (name) WHERE active = 1;
CREATE INDEX products_name_lower_idx ON products (lower(name));
CREATE INDEX products_name_idx ON products (name); -- planted: index-partial-covered (products_active_idx)

CREATE TABLE product_variants (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  grams INTEGER NOT NULL CHECK (grams > 0),
  price_cents INTEGER NOT NULL CHECK (price_cents >= 0),
  price_per_100g INTEGER GENERATED ALWAYS AS (price_cents * 100 / grams) VIRTUAL,
  barcode STRING, -- planted: type-affinity-trap (STRING is NUMERIC: leading zeros are lost)
  UNIQUE (product_id, grams)
);
CREATE INDEX product_variants_product_id_idx ON product_variants (product_id); -- planted: index-redundant-prefix
CREATE INDEX product_variants_price_idx ON product_variants (price_per_100g);

CREATE TABLE product_categories (
  product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  category_id INTEGER NOT NULL REFERENCES categories (id) ON DELETE CASCADE,
  PRIMARY KEY (product_id, category_id)
) WITHOUT ROWID;
CREATE INDEX product_categories_category_id_idx ON product_categories (category_id);

CREATE TABLE product_images (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE, -- planted: fk-without-index
  path TEXT NOT NULL,
  width INTEGER,
  height INTEGER,
  position INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE bundles (
  bundle_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  variant_id INTEGER NOT NULL REFERENCES product_variants (id) ON DELETE RESTRICT,
  pieces INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (bundle_id, variant_id)
) WITHOUT ROWID;
CREATE INDEX bundles_variant_id_idx ON bundles (variant_id);

CREATE TABLE price_history (
  variant_id INTEGER NOT NULL REFERENCES product_variants (id) ON DELETE CASCADE,
  valid_from TEXT NOT NULL,
  price_cents INTEGER NOT NULL,
  PRIMARY KEY (variant_id, valid_from DESC)
) WITHOUT ROWID;

CREATE TABLE reviews (
  id INTEGER PRIMARY KEY,
  product_id INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  customer_id TEXT NOT NULL, -- planted: type-inconsistent, missing-foreign-key (elsewhere an INTEGER with a key)
  stars INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
  body TEXT,
  created_at TEXT NOT NULL
);
CREATE INDEX reviews_product_id_idx ON reviews (product_id, created_at DESC);

CREATE VIRTUAL TABLE product_search USING fts5 (name, description, content = 'products', content_rowid = 'id');

-- ---------------------------------------------------------------- customers

CREATE TABLE customers (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- planted: autoincrement-needless
  email TEXT NOT NULL UNIQUE, -- planted: soft-delete-unique (deleted_at keeps an address for ever)
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  full_name TEXT GENERATED ALWAYS AS (first_name || ' ' || last_name) VIRTUAL,
  phone TEXT,
  birth_date TEXT, -- planted: pii-column
  country_code TEXT REFERENCES countries (code),
  default_address_id INTEGER REFERENCES addresses (id) ON DELETE SET NULL,
  created_at TEXT NOT NULL,
  deleted_at TEXT
);
CREATE INDEX idx_customers_email ON customers (email); -- planted: index-covered-by-unique, index-naming
CREATE INDEX customers_default_address_id_idx ON customers (default_address_id);
CREATE INDEX customers_country_code_idx ON customers (country_code);
CREATE INDEX customers_last_name_idx ON customers (last_name COLLATE NOCASE, first_name COLLATE NOCASE);

CREATE TABLE addresses (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  line1 TEXT NOT NULL,
  line2 TEXT,
  postcode TEXT NOT NULL,
  city TEXT NOT NULL,
  country_code TEXT NOT NULL REFERENCES countries (code)
);
CREATE INDEX addresses_customer_id_idx ON addresses (customer_id);
CREATE INDEX addresses_country_code_idx ON addresses (country_code);

CREATE TABLE customer_groups (
  code TEXT NOT NULL PRIMARY KEY COLLATE NOCASE,
  name TEXT NOT NULL,
  discount_percent INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE customer_group_members (
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  group_code TEXT NOT NULL REFERENCES customer_groups (code), -- planted: collation-mixed (NOCASE there, BINARY here)
  since TEXT NOT NULL,
  PRIMARY KEY (customer_id, group_code)
) WITHOUT ROWID;
CREATE INDEX customer_group_members_group_code_idx ON customer_group_members (group_code);

CREATE TABLE wishlists (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE, -- planted: fk-orphans (see 3_after.sql)
  name TEXT NOT NULL DEFAULT 'My list'
);
CREATE INDEX wishlists_customer_id_idx ON wishlists (customer_id);

CREATE TABLE wishlist_items (
  wishlist_id INTEGER NOT NULL REFERENCES wishlists (id), -- planted: fk-no-delete-action
  variant_id INTEGER NOT NULL REFERENCES product_variants (id),
  added_at TEXT NOT NULL,
  PRIMARY KEY (wishlist_id, variant_id)
) WITHOUT ROWID;
CREATE INDEX wishlist_items_variant_id_idx ON wishlist_items (variant_id);

CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY, -- planted: type-uuid-as-text
  customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
  user_agent TEXT,
  created_at INTEGER NOT NULL, -- planted: type-epoch-int
  expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_customer_id_idx ON sessions (customer_id);

-- ---------------------------------------------------------------- sales

CREATE TABLE carts (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER REFERENCES customers (id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX carts_customer_id_idx ON carts (customer_id);

CREATE TABLE cart_items (
  cart_id INTEGER NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
  variant_id INTEGER NOT NULL REFERENCES product_variants (id) ON DELETE CASCADE,
  quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0),
  PRIMARY KEY (cart_id, variant_id),
  FOREIGN KEY (variant_id) REFERENCES product_variants (id) ON DELETE CASCADE -- planted: fk-duplicate
);
CREATE INDEX cart_items_variant_id_idx ON cart_items (variant_id);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
  shipping_address_id INTEGER REFERENCES addresses (id) ON DELETE SET NULL, -- planted: fk-without-index
  number TEXT NOT NULL UNIQUE,
  status TEXT NOT NULL DEFAULT 'new'
    CONSTRAINT orders_status_known CHECK (status IN ('new', 'paid', 'packed', 'sent', 'delivered', 'cancelled')),
  currency TEXT NOT NULL DEFAULT 'EUR' REFERENCES currencies (code),
  total_cents INTEGER NOT NULL DEFAULT 0,
  placed_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
);
CREATE INDEX orders_customer_id_idx ON orders (customer_id, placed_at);
CREATE INDEX orders_customer_idx2 ON orders (customer_id, placed_at); -- planted: index-duplicate
CREATE INDEX orders_status_idx ON orders (status); -- planted: index-low-cardinality
CREATE INDEX orders_placed_id_idx ON orders (placed_at, id); -- planted: index-pk-suffix
CREATE INDEX orders_open_idx ON orders (placed_at) WHERE status IN ('new', 'paid', 'packed');
CREATE INDEX orders_currency_idx ON orders (currency);

CREATE TABLE order_lines (
  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  line_no INTEGER NOT NULL,
  variant_id INTEGER NOT NULL REFERENCES product_variants (id), -- planted: fk-without-index (the largest one)
  quantity INTEGER NOT NULL CHECK (quantity > 0),
  unit_cents INTEGER NOT NULL,
  line_cents INTEGER GENERATED ALWAYS AS (quantity * unit_cents) STORED,
  PRIMARY KEY (order_id, line_no)
);

CREATE TABLE OrderNotes ( -- planted: naming-mixed
  id INTEGER PRIMARY KEY,
  cust INTEGER REFERENCES customers (id), -- planted: naming-fk, fk-without-index
  OrderID INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  note TEXT NOT NULL
);
CREATE INDEX OrderNotes_OrderID ON OrderNotes (OrderID);

CREATE TABLE discounts (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE COLLATE NOCASE,
  percent INTEGER NOT NULL CHECK (percent BETWEEN 1 AND 90),
  starts_on TEXT NOT NULL,
  ends_on TEXT,
  CHECK (ends_on IS NULL OR ends_on >= starts_on)
);

CREATE TABLE order_discounts (
  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  discount_id INTEGER NOT NULL REFERENCES discounts (id) ON DELETE RESTRICT,
  PRIMARY KEY (order_id, discount_id)
) WITHOUT ROWID;
CREATE INDEX order_discounts_discount_id_idx ON order_discounts (discount_id);

CREATE TABLE coupons_old (
  id INTEGER PRIMARY KEY,
  promo_id INTEGER REFERENCES promo_codes (id), -- planted: fk-broken-parent (promo_codes was dropped)
  discount_name TEXT REFERENCES discounts (label), -- planted: fk-broken-parent (no such column)
  used_at TEXT
);

-- ---------------------------------------------------------------- payments

CREATE TABLE payment_methods (
  id INT PRIMARY KEY, -- planted: int-primary-key-not-rowid, pk-nullable
  name TEXT NOT NULL UNIQUE
);

CREATE TABLE payments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  method_id INT NOT NULL REFERENCES payment_methods (id),
  amount REAL NOT NULL, -- planted: type-money-float
  state TEXT NOT NULL DEFAULT 'open',
  reference TEXT,
  paid_at TEXT
);
CREATE INDEX payments_order_id_idx ON payments (order_id);
CREATE INDEX payments_method_id_idx ON payments (method_id);

CREATE TABLE refunds (
  id INTEGER PRIMARY KEY,
  payment_id INTEGER NOT NULL REFERENCES payments (id) DEFERRABLE INITIALLY DEFERRED,
  amount_cents INTEGER NOT NULL CHECK (amount_cents > 0),
  reason TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX refunds_payment_id_idx ON refunds (payment_id);

CREATE TABLE invoices (
  number TEXT NOT NULL PRIMARY KEY,
  order_id TEXT NOT NULL REFERENCES orders (id), -- planted: fk-type-mismatch
  issued_on TEXT NOT NULL,
  pdf BLOB
);
CREATE INDEX invoices_order_id_idx ON invoices (order_id);

-- ---------------------------------------------------------------- shipping

CREATE TABLE carriers (
  carrier_no INTEGER PRIMARY KEY, -- planted: naming-fk (elsewhere the key is `id`)
  name TEXT NOT NULL UNIQUE,
  tracking_url TEXT
);

CREATE TABLE shipments (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id) ON DELETE RESTRICT,
  carrier_no INTEGER NOT NULL REFERENCES carriers (carrier_no),
  tracking_number TEXT,
  shipped_at TEXT NOT NULL,
  delivered_at TEXT
);
CREATE INDEX shipments_order_id_idx ON shipments (order_id);
CREATE INDEX shipments_carrier_no_idx ON shipments (carrier_no);
CREATE INDEX shipments_on_their_way_idx ON shipments (shipped_at) WHERE delivered_at IS NULL;

CREATE TABLE shipment_items (
  shipment_id INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  order_id INTEGER NOT NULL,
  line_no INTEGER, -- planted: fk-nullable-composite (a NULL here switches the key off)
  quantity INTEGER NOT NULL,
  PRIMARY KEY (shipment_id, position),
  CONSTRAINT shipment_items_line FOREIGN KEY (order_id, line_no) REFERENCES order_lines (order_id, line_no)
) WITHOUT ROWID;
CREATE INDEX shipment_items_line_idx ON shipment_items (order_id, line_no);

CREATE TABLE tracking_events (
  id INTEGER PRIMARY KEY,
  shipment_id INTEGER NOT NULL REFERENCES shipments (id) ON DELETE CASCADE,
  event TEXT NOT NULL,
  place TEXT,
  happened_at TEXT NOT NULL
);
CREATE INDEX tracking_events_shipment_id_idx ON tracking_events (shipment_id, happened_at);

-- ---------------------------------------------------------------- inventory

CREATE TABLE warehouses (
  id INTEGER PRIMARY KEY,
  code TEXT NOT NULL UNIQUE,
  city TEXT NOT NULL,
  country_code TEXT NOT NULL REFERENCES countries (code)
) STRICT;
CREATE INDEX warehouses_country_code_idx ON warehouses (country_code);

CREATE TABLE stock (
  warehouse_id INTEGER NOT NULL REFERENCES warehouses (id) ON DELETE CASCADE,
  variant_id INTEGER NOT NULL REFERENCES product_variants (id) ON DELETE CASCADE,
  quantity INTEGER NOT NULL DEFAULT 0 CHECK (quantity >= 0),
  reorder_at INTEGER NOT NULL DEFAULT 10,
  PRIMARY KEY (warehouse_id, variant_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX stock_variant_id_idx ON stock (variant_id);
CREATE INDEX stock_low_idx ON stock (warehouse_id, quantity) WHERE quantity < 10;

CREATE TABLE stock_moves ( -- planted: no-audit-timestamps (nobody can tell when)
  id INTEGER PRIMARY KEY,
  warehouse_id INTEGER NOT NULL,
  variant_id INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  reason TEXT NOT NULL,
  FOREIGN KEY (warehouse_id, variant_id) REFERENCES stock (warehouse_id, variant_id)
);
CREATE INDEX stock_moves_stock_idx ON stock_moves (variant_id, warehouse_id);

CREATE TABLE suppliers (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  country_code TEXT REFERENCES countries (code),
  iban TEXT -- planted: pii-column
);
CREATE INDEX suppliers_country_code_idx ON suppliers (country_code);

CREATE TABLE purchase_orders (
  id INTEGER PRIMARY KEY,
  supplier_id INTEGER NOT NULL REFERENCES suppliers (id),
  warehouse_id INTEGER NOT NULL REFERENCES warehouses (id),
  ordered_on TEXT NOT NULL,
  received_on TEXT
);
CREATE INDEX purchase_orders_supplier_id_idx ON purchase_orders (supplier_id);
CREATE INDEX purchase_orders_warehouse_id_idx ON purchase_orders (warehouse_id);

CREATE TABLE purchase_lines (
  purchase_order_id INTEGER NOT NULL REFERENCES purchase_orders (id) ON DELETE CASCADE,
  variant_id INTEGER NOT NULL REFERENCES product_variants (id),
  quantity INTEGER NOT NULL,
  unit_cents INTEGER NOT NULL,
  PRIMARY KEY (purchase_order_id, variant_id)
) WITHOUT ROWID;
CREATE INDEX purchase_lines_variant_id_idx ON purchase_lines (variant_id);

-- A price list as the supplier sends it, loaded every night.
-- planted: missing-primary-key, all-columns-nullable, wide-table, type-varchar-everything, table-isolated
CREATE TABLE supplier_feed (
  article TEXT, title TEXT, ean TEXT, price TEXT, currency TEXT,
  origin_de TEXT, origin_en TEXT, origin_fr TEXT, origin_nl TEXT, origin_es TEXT, origin_it TEXT, origin_pl TEXT, origin_dk TEXT,
  harvest_de TEXT, harvest_en TEXT, harvest_fr TEXT, harvest_nl TEXT, harvest_es TEXT, harvest_it TEXT, harvest_pl TEXT, harvest_dk TEXT,
  grade_de TEXT, grade_en TEXT, grade_fr TEXT, grade_nl TEXT, grade_es TEXT, grade_it TEXT, grade_pl TEXT, grade_dk TEXT,
  leaf_de TEXT, leaf_en TEXT, leaf_fr TEXT, leaf_nl TEXT, leaf_es TEXT, leaf_it TEXT, leaf_pl TEXT, leaf_dk TEXT,
  steep_de TEXT, steep_en TEXT, steep_fr TEXT, steep_nl TEXT, steep_es TEXT, steep_it TEXT, steep_pl TEXT, steep_dk TEXT,
  scent_de TEXT, scent_en TEXT, scent_fr TEXT, scent_nl TEXT, scent_es TEXT, scent_it TEXT, scent_pl TEXT, scent_dk TEXT,
  pack_de TEXT, pack_en TEXT, pack_fr TEXT, pack_nl TEXT, pack_es TEXT, pack_it TEXT, pack_pl TEXT, pack_dk TEXT,
  carton_de TEXT, carton_en TEXT, carton_fr TEXT, carton_nl TEXT, carton_es TEXT, carton_it TEXT, carton_pl TEXT, carton_dk TEXT,
  pallet_de TEXT, pallet_en TEXT, pallet_fr TEXT, pallet_nl TEXT, pallet_es TEXT, pallet_it TEXT, pallet_pl TEXT, pallet_dk TEXT,
  duty_de TEXT, duty_en TEXT, duty_fr TEXT, duty_nl TEXT, duty_es TEXT, duty_it TEXT, duty_pl TEXT, duty_dk TEXT,
  label_de TEXT, label_en TEXT, label_fr TEXT, label_nl TEXT, label_es TEXT, label_it TEXT, label_pl TEXT, label_dk TEXT,
  note_de TEXT, note_en TEXT, note_fr TEXT, note_nl TEXT, note_es TEXT, note_it TEXT, note_pl TEXT, note_dk TEXT
);

-- ---------------------------------------------------------------- marketing

CREATE TABLE campaigns (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  channel TEXT NOT NULL,
  starts_on TEXT NOT NULL, -- planted: type-date-as-text (two formats: 2026-03-01 and 01.03.2026)
  budget_cents INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE newsletter_subscribers (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL, -- planted: unique-missing-natural
  customer_id INTEGER, -- planted: missing-foreign-key
  subscribed_at TEXT NOT NULL,
  token TEXT NOT NULL -- planted: secret-plaintext
);

CREATE TABLE campaign_sends (
  campaign_id INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
  subscriber_id INTEGER NOT NULL REFERENCES newsletter_subscribers (id) ON DELETE CASCADE,
  sent_at TEXT NOT NULL,
  opened_at TEXT,
  PRIMARY KEY (campaign_id, subscriber_id)
) WITHOUT ROWID; -- planted: fk-without-index (subscriber_id)

CREATE TABLE page_views ( -- planted: missing-primary-key, stats-missing
  session_id TEXT,
  path TEXT NOT NULL,
  product_id INTEGER, -- planted: missing-foreign-key
  is_mobile INTEGER NOT NULL DEFAULT 0,
  viewed_at INTEGER NOT NULL
);
CREATE INDEX page_views_viewed_at_idx ON page_views (viewed_at);
CREATE INDEX page_views_is_mobile_idx ON page_views (is_mobile); -- planted: index-low-cardinality

-- ---------------------------------------------------------------- support

CREATE TABLE tickets (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  order_id INTEGER REFERENCES orders (id) ON DELETE SET NULL,
  assigned_to INTEGER REFERENCES employees (id) ON DELETE SET NULL,
  subject TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'open', -- planted: unconstrained-status ('open', 'Open', 'closed', 'done')
  created_at TEXT NOT NULL
);
CREATE INDEX tickets_customer_id_idx ON tickets (customer_id);
CREATE INDEX tickets_order_id_idx ON tickets (order_id);
CREATE INDEX tickets_assigned_to_idx ON tickets (assigned_to);

CREATE TABLE ticket_messages (
  id INTEGER PRIMARY KEY,
  ticket_id INTEGER NOT NULL REFERENCES tickets (id) ON DELETE CASCADE, -- planted: fk-without-index
  author TEXT NOT NULL CHECK (author IN ('customer', 'staff')),
  body TEXT NOT NULL,
  created_at TEXT NOT NULL
);

CREATE TABLE faq_articles (
  slug TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  updated_at TEXT NOT NULL
) WITHOUT ROWID; -- planted: without-rowid-misuse (long texts inside the key's b-tree)

-- ---------------------------------------------------------------- staff

CREATE TABLE departments (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  head_id INTEGER NOT NULL REFERENCES employees (id) -- planted: fk-cycle (who is hired first?)
);
CREATE UNIQUE INDEX departments_head_id_key ON departments (head_id);

CREATE TABLE employees (
  id INTEGER PRIMARY KEY,
  department_id INTEGER NOT NULL REFERENCES departments (id),
  manager_id INTEGER REFERENCES employees (id),
  name TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  password TEXT NOT NULL, -- planted: secret-plaintext
  salary_cents INTEGER NOT NULL,
  hired_on TEXT NOT NULL
);
CREATE INDEX employees_department_id_idx ON employees (department_id);
CREATE INDEX employees_manager_id_idx ON employees (manager_id);

CREATE TABLE shifts (
  employee_id INTEGER NOT NULL REFERENCES employees (id) ON DELETE CASCADE,
  warehouse_city TEXT NOT NULL REFERENCES warehouses (city), -- planted: fk-broken-parent (city is not unique)
  day TEXT NOT NULL,
  hours REAL NOT NULL DEFAULT 8,
  PRIMARY KEY (employee_id, day)
) WITHOUT ROWID;
CREATE INDEX shifts_warehouse_city_idx ON shifts (warehouse_city);

-- ---------------------------------------------------------------- audit

CREATE TABLE audit_log (
  id INTEGER PRIMARY KEY,
  table_name TEXT NOT NULL,
  row_id INTEGER NOT NULL,
  action TEXT NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
  payload TEXT, -- planted: type-json-as-text (no CHECK (json_valid(payload)))
  actor TEXT NOT NULL DEFAULT 'app',
  created_at TEXT NOT NULL DEFAULT (datetime('now'))
);
CREATE INDEX audit_log_row_idx ON audit_log (table_name, row_id);

CREATE TABLE login_attempts ( -- planted: stale-statistics (grew after the last ANALYZE)
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  ok INTEGER NOT NULL,
  ip TEXT,
  attempted_at INTEGER NOT NULL -- planted: type-epoch-int
);
CREATE INDEX login_attempts_email_idx ON login_attempts (email, attempted_at);

-- ---------------------------------------------------------------- views

CREATE VIEW order_totals AS
SELECT o.id, o.number, o.status, o.placed_at, sum(l.line_cents) AS lines_cents, count(*) AS lines
FROM orders AS o
JOIN order_lines AS l ON l.order_id = o.id
GROUP BY o.id;

CREATE VIEW customer_value (customer_id, email, orders, spent_cents, last_order) AS
SELECT c.id, c.email, count(o.id), coalesce(sum(o.total_cents), 0), max(o.placed_at)
FROM customers AS c
LEFT JOIN orders AS o ON o.customer_id = c.id AND o.status <> 'cancelled'
WHERE c.deleted_at IS NULL
GROUP BY c.id;

CREATE VIEW stock_to_reorder AS
SELECT w.code AS warehouse, p.name AS product, v.grams, s.quantity, s.reorder_at
FROM stock AS s
JOIN warehouses AS w ON w.id = s.warehouse_id
JOIN product_variants AS v ON v.id = s.variant_id
JOIN products AS p ON p.id = v.product_id
WHERE s.quantity < s.reorder_at;

CREATE VIEW paid_orders AS
SELECT id, number, total_cents FROM orders WHERE status = "paid"; -- planted: schema-double-quoted-literals

CREATE VIEW product_finder AS
SELECT id, name FROM products WHERE name LIKE '%green%' OR description LIKE '%green%'; -- planted: like-leading-wildcard, fts-present-like-used

CREATE VIEW subscribers_who_buy AS
SELECT s.id, s.email, c.id AS customer_id
FROM newsletter_subscribers AS s
JOIN customers AS c ON lower(c.email) = lower(s.email); -- planted: function-on-column

-- planted: a broken view; its table is long gone, and SQLite only notices when it is read
CREATE VIEW loyalty_report AS
SELECT customer_id, sum(points) AS points FROM loyalty_points GROUP BY customer_id;
