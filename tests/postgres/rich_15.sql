-- What came with PostgreSQL 14 and 15.
create table shop.v15 (code text, constraint v15_code_key unique nulls not distinct (code), x text compression pglz);
create function shop.body(n integer) returns integer language sql begin atomic; select n + 1; end;
create statistics shop.v15_stats on (lower(code)), x from shop.v15;
