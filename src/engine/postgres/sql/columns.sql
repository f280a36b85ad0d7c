-- Columns of everything that the tree shows, without default texts and comments.
-- Cost: one pass over pg_attribute, the heaviest of the light statements (60,000 columns: about 60 ms).
-- No relation is opened. Everyone may see all of them.
select a.attrelid::int8, a.attnum::int8, a.attname::text,
       pg_catalog.format_type(a.atttypid, a.atttypmod)::text,
       a.attnotnull, a.atthasdef, a.attidentity::text, a.attgenerated::text,
       case when a.attcollation not in (0, 100) then a.attcollation::int8 end,
       case when a.attcollation not in (0, 100) then
         (select k.collname::text from pg_catalog.pg_collation k, pg_catalog.pg_type t
           where k.oid = a.attcollation and t.oid = a.atttypid and t.typcollation <> a.attcollation)
       end
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_class c on c.oid = a.attrelid
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
   and (c.relpersistence <> 't' or c.relnamespace = pg_catalog.pg_my_temp_schema())
