//! One schema with every kind of object that the engines know, and names with everything in them.

use crate::servers::TestDb;

/// A name of 64 characters with everything in it that a name may have.
pub fn evil() -> String {
    let start = "a`b\"c'd\\e\nf\tg\u{1b}[31m\u{202e}#P#p0 ü表☃%_;--";
    let fill = 64 - start.chars().count();
    format!("{start}{}", "z".repeat(fill))
}

pub fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Tables, keys, views and routines of every form that the engines know.
pub async fn make_rich(db: &TestDb) {
    db.exec(&[
        "CREATE TABLE parent (a INT NOT NULL, b INT NOT NULL, name VARCHAR(40), PRIMARY KEY (a, b)) COMMENT 'the parent'",
        "CREATE TABLE child (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, pa INT, pb INT, boss BIGINT UNSIGNED, \
         CONSTRAINT fk_parent FOREIGN KEY (pa, pb) REFERENCES parent (a, b) ON DELETE CASCADE ON UPDATE SET NULL, \
         CONSTRAINT fk_boss FOREIGN KEY (boss) REFERENCES child (id))",
        "CREATE TABLE plain_types (id INT PRIMARY KEY, t VARCHAR(20) NOT NULL DEFAULT 'it''s' COMMENT 'a text', \
         e VARCHAR(9) DEFAULT '', nt VARCHAR(9) DEFAULT 'NULL', nd VARCHAR(9), d DECIMAL(8,2) DEFAULT 0.00, \
         ts TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, \
         x INT DEFAULT (1 + 2), g INT GENERATED ALWAYS AS (id + 1) VIRTUAL, gs INT GENERATED ALWAYS AS (id * 2) STORED, \
         hidden INT INVISIBLE DEFAULT 7, en ENUM('a','b''c') DEFAULT 'a', bin VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, \
         note TEXT, pt POINT NOT NULL, price INT, CONSTRAINT price_positive CHECK (price > 0 AND t <> 'x'), \
         UNIQUE KEY uq_t (t), KEY k_prefix (note(10), d DESC), KEY k_price (price) COMMENT 'by price', \
         FULLTEXT KEY ft (note), SPATIAL KEY sp (pt))",
        "CREATE TABLE part (id INT NOT NULL PRIMARY KEY, v INT) PARTITION BY RANGE (id) \
         (PARTITION p0 VALUES LESS THAN (100), PARTITION p1 VALUES LESS THAN MAXVALUE)",
        "CREATE TABLE isam (id INT PRIMARY KEY, v VARCHAR(10)) ENGINE=MyISAM",
        "CREATE TABLE gone (id INT)",
        "CREATE VIEW good AS SELECT a, name FROM parent",
        "CREATE VIEW broken AS SELECT id FROM gone",
        "DROP TABLE gone",
        "CREATE FUNCTION twice(n INT, s VARCHAR(10)) RETURNS BIGINT DETERMINISTIC COMMENT 'doubles' RETURN n * 2",
        "CREATE PROCEDURE fill(IN n INT, OUT total BIGINT) SQL SECURITY INVOKER SELECT n INTO total",
        "CREATE TRIGGER child_bi BEFORE INSERT ON child FOR EACH ROW SET NEW.pa = NEW.pa",
        "INSERT INTO parent VALUES (1, 1, 'x'), (1, 2, 'y')",
    ])
    .await;
    let evil = evil();
    db.exec(&[
        &format!("CREATE TABLE {0} ({0} INT, `other` BIGINT UNSIGNED, KEY {0} ({0}), CONSTRAINT c1 FOREIGN KEY (`other`) REFERENCES child (id))", quoted(&evil)),
        &format!("CREATE VIEW {} AS SELECT 1 AS `x y`", quoted("v'; drop`")),
    ])
    .await;
    if db.server.is_mariadb() {
        db.exec(&[
            "CREATE SEQUENCE seq START WITH 5 INCREMENT BY 2",
            "CREATE TABLE versioned (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING",
            "CREATE TABLE js (id INT PRIMARY KEY, doc JSON)",
            "ALTER TABLE part ADD KEY ign (v) IGNORED",
        ])
        .await;
    } else {
        db.exec(&[
            "CREATE TABLE expr (id INT PRIMARY KEY, s VARCHAR(20), KEY k_lower ((lower(s)), id), KEY k_inv (s) INVISIBLE, \
             CONSTRAINT not_now CHECK (id > 5) NOT ENFORCED)",
        ])
        .await;
    }
    let analyse = format!("ANALYZE TABLE parent, child, plain_types, part, isam, {}", quoted(&evil));
    db.exec(&[&analyse]).await;
}
