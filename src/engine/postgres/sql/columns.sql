-- Columns of everything that the tree shows, without default texts and comments, and with the numbers of
-- their types: writing each type out (format_type) would double the cost, so column_types.sql does it once
-- for each type in use.
-- Cost: one pass over pg_attribute, the heaviest of the light statements (60,000 columns: about 45 ms).
-- No relation is opened. Everyone may see all of them.
select a.attrelid::int8, a.attnum::int8, a.attname::text, a.atttypid::int8, a.atttypmod::int8,
       a.attnotnull, a.atthasdef, a.attidentity::text, a.attgenerated::text,
       case when a.attcollation = 100 then 0 else a.attcollation end::int8
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_class c on c.oid = a.attrelid
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
   and (c.relpersistence <> 't' or c.relnamespace = pg_catalog.pg_my_temp_schema())
