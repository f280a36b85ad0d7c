-- The rows of the demo: no chance in them, only arithmetic on row numbers, so that every copy is the same.
-- (n * prime) % m spreads values about; the primes differ, so that columns do not march in step.
CREATE TEMP TABLE n (n INTEGER PRIMARY KEY);
INSERT INTO n
WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 10400)
SELECT n FROM c;

CREATE TEMP TABLE word (kind TEXT, i INTEGER, word TEXT, PRIMARY KEY (kind, i)) WITHOUT ROWID;
INSERT INTO word
SELECT k.column1, w.key, w.value
FROM (VALUES
  ('first', '["Anna","Ben","Clara","David","Elif","Frank","Greta","Hugo","Ines","Jonas","Karla","Luca","Mia","Noah","Olga","Paul","Rosa","Sami","Tilda","Yusuf"]'),
  ('last', '["Albers","Berg","Costa","Dubois","Eriksen","Fischer","Garcia","Huber","Ivanov","Jansen","Keller","Lindgren","Moreau","Novak","Olsen","Petit","Rossi","Schmidt","Tanaka","Vogel","Weber","Yilmaz","Zeman"]'),
  ('city', '["Hamburg","Lyon","Porto","Ghent","Utrecht","Malmö","Graz","Bologna","Kraków","Aarhus"]'),
  ('street', '["Harbour Street","Mill Lane","Station Road","Church Square","Garden Path","Old Market","Quay","Linden Avenue"]'),
  ('kind', '["Sencha","Assam","Darjeeling","Oolong","Rooibos","Earl Grey","Gunpowder","Chai","Mint","Matcha","Pu-erh","Ceylon"]'),
  ('grade', '["First Flush","Spring","Summer","Reserve","Organic","Breakfast","Evening","Smoked","Jasmine","Classic"]'),
  ('subject', '["Parcel damaged","Where is my order?","Wrong article","Invoice missing","Change of address","Cancel my order","Question about brewing"]'),
  ('place', '["left the warehouse","in the sorting centre","out for delivery","delivered"]')
) AS k, json_each(k.column2) AS w;
INSERT INTO word SELECT column1, column2, column3 FROM (VALUES
  ('country', 0, 'DE'), ('country', 1, 'FR'), ('country', 2, 'PT'), ('country', 3, 'BE'), ('country', 4, 'NL'),
  ('country', 5, 'SE'), ('country', 6, 'AT'), ('country', 7, 'IT'), ('country', 8, 'PL'), ('country', 9, 'DK'));
-- One line for each person: name and place, counted round. CROSS JOIN: nothing is known of these tables
-- yet, and the planner might begin with all pairs of words.
CREATE TEMP TABLE person (n INTEGER PRIMARY KEY, first TEXT, last TEXT, city TEXT, country TEXT, street TEXT);
INSERT INTO person
SELECT n.n, f.word, l.word, c.word, k.word, s.word
FROM n
CROSS JOIN word AS f ON f.kind = 'first' AND f.i = n.n * 7 % 20
CROSS JOIN word AS l ON l.kind = 'last' AND l.i = n.n * 11 % 23
CROSS JOIN word AS c ON c.kind = 'city' AND c.i = n.n * 3 % 10
CROSS JOIN word AS k ON k.kind = 'country' AND k.i = n.n * 3 % 10
CROSS JOIN word AS s ON s.kind = 'street' AND s.i = n.n * 5 % 8
WHERE n.n <= 1000;
-- Days since the shop opened, as text: date() for each of 30,000 rows would be half of the work.
CREATE TEMP TABLE day (d INTEGER PRIMARY KEY, day TEXT);
INSERT INTO day SELECT n - 1, date('2023-11-01', (n - 1) || ' days') FROM n WHERE n <= 1101;

-- settings
INSERT INTO countries (code, name, eu) VALUES
  ('DE', 'Germany', 1), ('FR', 'France', 1), ('PT', 'Portugal', 1), ('BE', 'Belgium', 1), ('NL', 'Netherlands', 1),
  ('SE', 'Sweden', 1), ('AT', 'Austria', 1), ('IT', 'Italy', 1), ('PL', 'Poland', 1), ('DK', 'Denmark', 1),
  ('CH', 'Switzerland', 0), ('GB', 'United Kingdom', 0), ('JP', 'Japan', 0), ('IN', 'India', 0), ('LK', 'Sri Lanka', 0);
INSERT INTO currencies VALUES ('EUR', 'Euro', 2), ('SEK', 'Swedish krona', 2), ('DKK', 'Danish krone', 2), ('PLN', 'Złoty', 2), ('JPY', 'Yen', 0);
INSERT INTO exchange_rates
SELECT c.code, d.day, c.base * (1 + (d.d * 31 % 41 - 20) / 1000.0)
FROM (SELECT column1 AS code, column2 AS base FROM (VALUES ('SEK', 11.4), ('DKK', 7.46), ('PLN', 4.3), ('JPY', 158.0))) AS c
JOIN day AS d ON d.d % 7 = 0;
INSERT INTO tax_rates (country_code, kind, percent, valid_from)
SELECT code, kind, CASE kind WHEN 'standard' THEN 19 + countries.rowid % 7 ELSE 5 + countries.rowid % 5 END, '2023-01-01'
FROM countries, (SELECT 'standard' AS kind UNION ALL SELECT 'reduced') WHERE eu = 1;
INSERT INTO settings (key, value, updated_at) VALUES
  ('shop_name', 'Harbour Tea', '2023-11-01 08:00:00'), ('orders_per_page', 25, '2023-11-01 08:00:00'),
  ('free_shipping_from', 49.9, '2024-02-11 10:12:00'), ('logo', x'89504e470d0a1a0a', '2023-11-02 09:30:00'),
  ('maintenance', 'false', '2026-10-30 22:00:00'), ('totals_by_trigger', 0, '2024-06-01 07:00:00'),
  ('mail_from', 'tea@example.com', '2023-11-01 08:00:00');
INSERT INTO featureFlags (flagName, isOn, rolloutPercent) VALUES
  ('newCheckout', 1, 100), ('giftCards', 0, 0), ('wishlistMail', 1, 25), ('darkMode', 0, 100);
INSERT INTO schema_migrations
SELECT '202' || (3 + n / 15) || substr('0' || (n % 12 + 1), -2) || '01_' || n, '2023-11-01 08:00:00' FROM n WHERE n <= 42;

-- catalog
INSERT INTO brands (name, country_code, website)
SELECT w.word || ' & Co', k.word, 'https://' || lower(w.word) || '.example'
FROM word AS w JOIN word AS k ON k.kind = 'country' AND k.i = w.i % 10 WHERE w.kind = 'last';
INSERT INTO categories (id, parent_id, slug, name, position) VALUES
  (1, NULL, 'tea', 'Tea', 1), (2, NULL, 'coffee', 'Coffee', 2), (3, NULL, 'things', 'Pots and cups', 3),
  (4, 1, 'green-tea', 'Green tea', 1), (5, 1, 'black-tea', 'Black tea', 2), (6, 1, 'herbs', 'Herbs and fruits', 3),
  (7, 4, 'japan', 'Green tea from Japan', 1), (8, 4, 'china', 'Green tea from China', 2), (9, 5, 'india', 'Black tea from India', 1),
  (10, 2, 'beans', 'Whole beans', 1), (11, 2, 'ground', 'Ground', 2), (12, 3, 'pots', 'Pots', 1), (13, 3, 'cups', 'Cups', 2);
INSERT INTO products (id, brand_id, category_id, sku, name, description, weight, tag1, tag2, tag3, active, created_at, updated_at)
SELECT n.n, 1 + n.n * 5 % 23, 4 + n.n % 10, 'HT-' || substr('000' || n.n, -4),
       g.word || ' ' || k.word || CASE WHEN n.n > 120 THEN ' No. ' || (n.n / 120 + 1) ELSE '' END,
       'A ' || lower(g.word) || ' ' || lower(k.word) || CASE n.n % 3 WHEN 0 THEN ', light and green' WHEN 1 THEN ', full and dark' ELSE ', for every day' END || '.',
       100 + n.n % 9 * 25, lower(k.word), CASE WHEN n.n % 2 THEN 'organic' END, CASE WHEN n.n % 5 = 0 THEN 'gift' END,
       CASE WHEN n.n % 11 = 0 THEN 0 ELSE 1 END, d.day || ' 09:00:00', d.day || ' 09:00:00'
FROM n
JOIN word AS k ON k.kind = 'kind' AND k.i = n.n % 12
JOIN word AS g ON g.kind = 'grade' AND g.i = n.n / 12 % 10
JOIN day AS d ON d.d = n.n * 2
WHERE n.n <= 360;
INSERT INTO product_variants (product_id, grams, price_cents, barcode)
SELECT p.id, g.g, (390 + p.id * 37 % 900) * g.g / 100, '0' || (4001000000000 + p.id * 10 + g.g / 100)
FROM products AS p, (SELECT 100 AS g UNION ALL SELECT 250 UNION ALL SELECT 500) AS g;
INSERT INTO product_categories SELECT id, category_id FROM products UNION SELECT id, 1 + id % 3 FROM products;
INSERT INTO product_images (product_id, path, width, height, position)
SELECT p.id, '/img/' || p.sku || '-' || k.n || '.webp', 1200, 900, k.n FROM products AS p CROSS JOIN n AS k ON k.n <= 2;
INSERT INTO bundles SELECT p.id, p.id * 3 - 2 + k.n * 3, k.n FROM products AS p CROSS JOIN n AS k ON k.n <= 2 WHERE p.id % 10 = 0 AND p.id < 350;
INSERT INTO price_history
SELECT v.id, d.day, v.price_cents * (100 - d.d / 100) / 100
FROM product_variants AS v JOIN day AS d ON d.d IN (0, 720);
INSERT INTO product_search (product_search) VALUES ('rebuild');

-- customers
INSERT INTO customers (id, email, first_name, last_name, phone, birth_date, country_code, created_at, deleted_at)
SELECT p.n, lower(p.first || '.' || p.last) || p.n || '@example.com', p.first, p.last, '+49 40 555 ' || substr('000' || p.n, -4),
       (1950 + p.n * 13 % 55) || '-0' || (1 + p.n % 9) || '-1' || (p.n % 10), p.country, d.day || ' 12:' || (10 + p.n % 50) || ':00',
       CASE WHEN p.n % 40 = 0 THEN '2026-09-01 00:00:00' END
FROM person AS p JOIN day AS d ON d.d = p.n * 10 / 11 WHERE p.n <= 1000;
INSERT INTO addresses (id, customer_id, line1, line2, postcode, city, country_code)
SELECT n, n, street || ' ' || (1 + n % 120), CASE WHEN n % 6 = 0 THEN 'Floor ' || (n % 5) END, substr('0000' || (n * 97 % 99999), -5), city, country
FROM person WHERE n <= 1000;
INSERT INTO addresses (customer_id, line1, postcode, city, country_code)
SELECT n, 'Parcel locker ' || n, '20095', 'Hamburg', 'DE' FROM n WHERE n <= 1000 AND n % 5 = 0;
UPDATE customers SET default_address_id = id;
INSERT INTO customer_groups VALUES ('RETAIL', 'Everybody', 0), ('Club', 'Tea club', 5), ('TRADE', 'Cafés and shops', 15);
INSERT INTO customer_group_members SELECT id, 'Club', substr(created_at, 1, 10) FROM customers WHERE id % 4 = 0;
INSERT INTO wishlists (customer_id, name) SELECT id, CASE WHEN id % 6 = 0 THEN 'For winter' ELSE 'My list' END FROM customers WHERE id % 6 = 0 OR id % 9 = 0;
INSERT INTO wishlist_items SELECT w.id, 1 + (w.id * 17 + k.n * 101) % 1080, '2026-05-01' FROM wishlists AS w CROSS JOIN n AS k ON k.n <= 3;
INSERT INTO sessions (id, customer_id, user_agent, created_at, expires_at)
SELECT printf('%08x-%04x-4%03x-a%03x-%012x', n * 2654435761 % 4294967296, n * 40503 % 65536, n * 1103 % 4096, n * 977 % 4096, n * 161803398875 % 281474976710656),
       CASE WHEN n % 3 THEN 1 + n * 7 % 1000 END, CASE n % 2 WHEN 0 THEN 'Firefox' ELSE 'Safari' END, 1793000000 + n * 311, 1793000000 + n * 311 + 86400
FROM n WHERE n <= 600;

-- sales: the shop grows, so each month brings more orders than the one before; the last 160 are still open
INSERT INTO orders (id, customer_id, shipping_address_id, number, status, currency, total_cents, placed_at, updated_at)
SELECT n.n, 1 + n.n * 37 % 1000, 1 + n.n * 37 % 1000, 'HT' || (100000 + n.n),
       CASE WHEN n.n > 2970 THEN 'new' WHEN n.n > 2935 THEN 'paid' WHEN n.n > 2905 THEN 'packed' WHEN n.n > 2840 THEN 'sent' WHEN n.n % 29 = 0 THEN 'cancelled' ELSE 'delivered' END,
       CASE WHEN n.n % 50 = 0 THEN 'SEK' ELSE 'EUR' END, 0,
       d.day || printf(' %02d:%02d:00', 7 + n.n % 15, n.n * 7 % 60), d.day || ' 23:00:00'
FROM n CROSS JOIN day AS d ON d.d = CAST(1100 - 1100 * (1 - n.n / 3000.0) * (1 - n.n / 3000.0) * 0.999 AS INTEGER)
WHERE n.n <= 3000;
INSERT INTO order_lines (order_id, line_no, variant_id, quantity, unit_cents)
SELECT o.id, k.n, v.id, 1 + (o.id + k.n) % 3, v.price_cents
FROM orders AS o CROSS JOIN n AS k ON k.n <= 1 + o.id * 7 % 4
CROSS JOIN product_variants AS v ON v.id = 1 + (o.id * 131 + k.n * 421) % 1080;
UPDATE orders SET total_cents = (SELECT sum(line_cents) FROM order_lines WHERE order_id = orders.id);
INSERT INTO OrderNotes (cust, OrderID, note)
SELECT customer_id, id, CASE id % 3 WHEN 0 THEN 'Please leave it with the neighbours.' WHEN 1 THEN 'It is a present: no invoice in the parcel.' ELSE 'Ring twice.' END
FROM orders WHERE id % 16 = 0;
INSERT INTO discounts (code, percent, starts_on, ends_on) VALUES
  ('WELCOME', 10, '2023-11-01', NULL), ('WINTER24', 15, '2024-12-01', '2025-01-06'), ('SPRING25', 10, '2025-03-20', '2025-04-20'),
  ('WINTER25', 15, '2025-12-01', '2026-01-06'), ('CLUB', 5, '2024-01-01', NULL);
INSERT INTO order_discounts SELECT id, 1 + id % 5 FROM orders WHERE id % 7 = 0;
INSERT INTO coupons_old (promo_id, discount_name, used_at) SELECT n % 9, 'Opening', '2023-11-' || (10 + n % 20) FROM n WHERE n <= 120;
INSERT INTO carts (id, customer_id, created_at, updated_at)
SELECT n, CASE WHEN n % 3 THEN 1 + n * 19 % 1000 END, '2026-11-1' || (n % 9) || ' 18:00:00', '2026-11-1' || (n % 9) || ' 18:20:00' FROM n WHERE n <= 300;
INSERT INTO cart_items SELECT c.id, 1 + (c.id * 53 + k.n * 211) % 1080, 1 + c.id % 2 FROM carts AS c CROSS JOIN n AS k ON k.n <= 2;

-- payments
INSERT INTO payment_methods VALUES (1, 'card'), (2, 'bank transfer'), (3, 'invoice'), (4, 'gift card');
INSERT INTO payments (order_id, method_id, amount, state, reference, paid_at)
SELECT id, 1 + id % 3, total_cents / 100.0, CASE WHEN status = 'new' THEN 'open' ELSE 'paid' END,
       'P' || (id * 7919 % 1000000), CASE WHEN status <> 'new' THEN placed_at END
FROM orders WHERE status <> 'cancelled';
INSERT INTO refunds (payment_id, amount_cents, reason, created_at)
SELECT id, 500 + id % 900, CASE id % 2 WHEN 0 THEN 'damaged' ELSE 'returned' END, '2026-08-0' || (1 + id % 9) FROM payments WHERE id % 60 = 0;
INSERT INTO invoices (number, order_id, issued_on)
SELECT 'R' || (2023000 + id), id, substr(placed_at, 1, 10) FROM orders WHERE status IN ('delivered', 'sent') AND id % 2 = 0;

-- shipping
INSERT INTO carriers VALUES (1, 'Coast Post', 'https://track.example/coast/'), (2, 'Blue Parcel', 'https://track.example/blue/'), (3, 'Cargo Bike', NULL);
INSERT INTO shipments (order_id, carrier_no, tracking_number, shipped_at, delivered_at)
SELECT id, 1 + id % 3, printf('CP%09d', id * 7919), substr(placed_at, 1, 10) || ' 17:00:00', CASE WHEN status = 'delivered' THEN substr(placed_at, 1, 10) || ' 23:30:00' END
FROM orders WHERE status IN ('sent', 'delivered');
INSERT INTO shipment_items
SELECT s.id, l.line_no, l.order_id, CASE WHEN s.id % 97 = 0 THEN NULL ELSE l.line_no END, l.quantity
FROM shipments AS s JOIN order_lines AS l ON l.order_id = s.order_id WHERE s.id > 1800;
INSERT INTO tracking_events (shipment_id, event, happened_at)
SELECT s.id, w.word, s.shipped_at FROM shipments AS s JOIN word AS w ON w.kind = 'place' WHERE s.id > 2400;

-- inventory
INSERT INTO warehouses VALUES (1, 'HAM1', 'Hamburg', 'DE'), (2, 'HAM2', 'Hamburg', 'DE'), (3, 'LYS1', 'Lyon', 'FR');
INSERT INTO stock SELECT w.id, v.id, (v.id * 29 + w.id * 7) % 140, 10 + v.id % 3 * 5 FROM warehouses AS w, product_variants AS v;
INSERT INTO stock_moves (warehouse_id, variant_id, quantity, reason)
SELECT 1 + n % 3, 1 + n * 41 % 1080, n % 21 - 10, CASE n % 4 WHEN 0 THEN 'purchase' WHEN 1 THEN 'sale' WHEN 2 THEN 'sale' ELSE 'count' END FROM n WHERE n <= 1800;
INSERT INTO suppliers (name, country_code, iban)
SELECT w.word || ' Imports', CASE w.i % 3 WHEN 0 THEN 'JP' WHEN 1 THEN 'IN' ELSE 'LK' END, 'DE' || (1000000000 + w.i * 7919) FROM word AS w WHERE w.kind = 'kind';
INSERT INTO purchase_orders (supplier_id, warehouse_id, ordered_on, received_on)
SELECT 1 + n.n % 12, 1 + n.n % 3, d.day, CASE WHEN n.n < 200 THEN d.day END FROM n CROSS JOIN day AS d ON d.d = n.n * 5 WHERE n.n <= 210;
INSERT INTO purchase_lines SELECT p.id, 1 + (p.id * 13 + k.n * 173) % 1080, 50, 200 + k.n FROM purchase_orders AS p CROSS JOIN n AS k ON k.n <= 5;
INSERT INTO supplier_feed (article, title, ean, price, currency, origin_de, pack_de)
SELECT 'A' || n, 'Article ' || n, 4001000000000 + n, n % 90 || ',90', 'EUR', 'Indien', 'Beutel' FROM n WHERE n <= 250;

-- marketing
INSERT INTO campaigns (name, channel, starts_on, budget_cents) VALUES
  ('Opening', 'newsletter', '2023-11-01', 50000), ('Winter 2024', 'newsletter', '2024-12-01', 80000), ('Spring', 'search', '01.03.2025', 120000),
  ('Green tea weeks', 'newsletter', '2026-03-01', 60000), ('Winter 2026', 'newsletter', '15.11.2026', 90000);
INSERT INTO newsletter_subscribers (email, customer_id, subscribed_at, token)
SELECT CASE WHEN n % 3 = 0 THEN upper(c.email) ELSE c.email END, c.id, c.created_at, 'tok-' || (n * 7919 % 100003)
FROM n JOIN customers AS c ON c.id = 1 + n * 3 % 1000 WHERE n <= 500;
INSERT INTO campaign_sends
SELECT c.id, s.id, '2026-03-01 07:00:00', CASE WHEN s.id * c.id % 3 = 0 THEN '2026-03-01 08:15:00' END
FROM campaigns AS c, newsletter_subscribers AS s WHERE c.id IN (1, 4);

-- staff
INSERT INTO departments (id, name, head_id) VALUES (1, 'Shop', 1), (2, 'Warehouse', 2), (3, 'Buying', 3);
INSERT INTO employees (id, department_id, manager_id, name, email, password, salary_cents, hired_on)
SELECT n, 1 + (n - 1) % 3, CASE WHEN n > 3 THEN 1 + (n - 1) % 3 WHEN n > 1 THEN 1 END, first || ' ' || last,
       lower(first) || n || '@harbour-tea.example', CASE WHEN n % 4 = 0 THEN 'summer' || n ELSE 'tea' || (n * 7919) END, 280000 + n * 4100, '2024-0' || (1 + n % 9) || '-01'
FROM person WHERE n <= 24;
INSERT INTO shifts SELECT e.id, CASE e.id % 2 WHEN 0 THEN 'Hamburg' ELSE 'Lyon' END, d.day, 8 - e.id % 2 * 2
FROM employees AS e JOIN day AS d ON d.d BETWEEN 1040 AND 1100 AND (d.d + e.id) % 7 > 1;

-- support
INSERT INTO tickets (id, customer_id, order_id, assigned_to, subject, status, created_at)
SELECT n.n, o.customer_id, o.id, CASE WHEN n.n % 7 THEN 1 + n.n % 24 END, w.word,
       CASE WHEN n.n > 470 THEN 'open' WHEN n.n % 9 = 0 THEN 'Open' WHEN n.n % 5 = 0 THEN 'done' ELSE 'closed' END, o.placed_at
FROM n JOIN orders AS o ON o.id = n.n * 6 JOIN word AS w ON w.kind = 'subject' AND w.i = n.n % 7 WHERE n.n <= 500;
INSERT INTO ticket_messages (ticket_id, author, body, created_at)
SELECT t.id, CASE k.n % 2 WHEN 1 THEN 'customer' ELSE 'staff' END, CASE k.n % 2 WHEN 1 THEN 'Hello, about my order: ' || lower(t.subject) ELSE 'Thank you, we look into it.' END, t.created_at
FROM tickets AS t CROSS JOIN n AS k ON k.n <= 1 + t.id % 4;
INSERT INTO faq_articles
SELECT 'question-' || n, 'Question ' || n, replace(hex(zeroblob(60)), '00', 'Water of 80 degrees, three minutes, no longer. '), '2026-06-01' FROM n WHERE n <= 14;
INSERT INTO reviews (product_id, customer_id, stars, body, created_at)
SELECT 1 + n * 17 % 360, CAST(1 + n * 29 % 1000 AS TEXT), 5 - (n % 7 > 3) - (n % 11 > 8) * 2, CASE n % 3 WHEN 0 THEN 'Very good.' WHEN 1 THEN 'As expected.' END, '2026-0' || (1 + n % 9) || '-15'
FROM n WHERE n <= 800;

-- audit
INSERT INTO audit_log (table_name, row_id, action, payload, actor, created_at)
SELECT CASE n % 3 WHEN 0 THEN 'orders' WHEN 1 THEN 'stock' ELSE 'customers' END, 1 + n * 13 % 1000, CASE n % 7 WHEN 0 THEN 'insert' ELSE 'update' END,
       '{"from": ' || (n % 5) || ', "to": ' || (n % 5 + 1) || '}', CASE n % 10 WHEN 0 THEN 'admin' ELSE 'app' END, '2026-1' || (n % 2) || '-0' || (1 + n % 9) || ' 10:00:00'
FROM n WHERE n <= 1600;
INSERT INTO login_attempts (email, ok, ip, attempted_at)
SELECT 'staff' || (n % 24) || '@harbour-tea.example', n % 13 > 0, '192.0.2.' || (n % 250), 1793000000 + n * 7 FROM n WHERE n <= 300;
