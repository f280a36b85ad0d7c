-- Which columns make up each primary key.
-- Cost: one pass over pg_constraint (5 ms for 10,000 tables). Everyone may see all of them.
select k.conrelid::int8, k.conkey::text
  from pg_catalog.pg_constraint k
 where k.contype = 'p'
