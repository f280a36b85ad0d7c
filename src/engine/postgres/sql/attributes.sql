-- Names and collations of columns alone, for indexes and constraints when the columns were not read before.
-- Cost: one pass over pg_attribute. Everyone may see all of them.
select a.attrelid::int8, a.attnum::int8, a.attname::text,
       case when a.attcollation not in (0, 100) then a.attcollation::int8 end
  from pg_catalog.pg_attribute a
  join pg_catalog.pg_class c on c.oid = a.attrelid
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
   and (c.relpersistence <> 't' or c.relnamespace = pg_catalog.pg_my_temp_schema())
