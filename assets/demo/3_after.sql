-- What happened after the rows were written.

-- Statistics as of then.
ANALYZE;
-- planted: stats-missing (two indexes and 10,400 rows that came after ANALYZE)
INSERT INTO page_views (session_id, path, product_id, is_mobile, viewed_at)
SELECT NULL, CASE WHEN n % 4 = 0 THEN '/' ELSE '/p/' || (1 + n * 7 % 360) END, CASE WHEN n % 4 THEN 1 + n * 7 % 360 END, n % 5 > 1, 1793000000 + n * 23 FROM n;
-- planted: stale-statistics (300 rows then, 10,700 now: someone guesses passwords)
INSERT INTO login_attempts (email, ok, ip, attempted_at)
SELECT 'staff' || (n % 24) || '@harbour-tea.example', 0, '198.51.100.' || (n % 9), 1793600000 + n FROM n;
-- planted: fk-orphans (deleted with foreign_keys off: their orders, addresses, carts and lists stayed)
DELETE FROM customers WHERE id IN (126, 252, 378, 504, 630);
-- planted: page-fragmentation-sqlite (an import that was dropped left its pages behind)
CREATE TABLE import_tmp AS SELECT n, hex(zeroblob(150)) AS junk FROM n WHERE n <= 2500;
DROP TABLE import_tmp;

-- ---------------------------------------------------------------- triggers

CREATE TRIGGER orders_touch AFTER UPDATE OF status, total_cents ON orders
WHEN new.updated_at = old.updated_at
BEGIN
  UPDATE orders SET updated_at = datetime('now') WHERE id = new.id;
END;

CREATE TRIGGER orders_audit AFTER UPDATE OF status ON orders
BEGIN
  INSERT INTO audit_log (table_name, row_id, action, payload)
  VALUES ('orders', new.id, 'update', json_object('from', old.status, 'to', new.status));
END;

CREATE TRIGGER order_lines_total AFTER INSERT ON order_lines
WHEN (SELECT value FROM settings WHERE key = 'totals_by_trigger') = 1
BEGIN
  UPDATE orders SET total_cents = total_cents + new.quantity * new.unit_cents WHERE id = new.order_id;
END;

CREATE TRIGGER products_search_insert AFTER INSERT ON products
BEGIN
  INSERT INTO product_search (rowid, name, description) VALUES (new.id, new.name, new.description);
END;

CREATE TRIGGER products_search_delete AFTER DELETE ON products
BEGIN
  INSERT INTO product_search (product_search, rowid, name, description)
  VALUES ('delete', old.id, old.name, old.description);
END;

CREATE TRIGGER stock_to_reorder_close INSTEAD OF DELETE ON stock_to_reorder
BEGIN
  SELECT raise(ABORT, 'order more instead');
END;

DROP TABLE temp.day;
DROP TABLE temp.person;
DROP TABLE temp.word;
DROP TABLE temp.n;
COMMIT;
