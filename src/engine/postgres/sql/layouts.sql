-- Heaps and b-trees of some size, with what a computation of their ideal size needs.
-- Cost: one pass over pg_class. No relation is opened. Everyone may see all of it.
-- Equal entries of a b-tree share a tuple where the operator classes allow it: numbers with a fraction, jsonb and
-- containers have no such support (support function 4).
select c.oid::int8, c.relkind::text, c.relpages::int8, c.reltuples::float8, c.relnatts::int8,
       coalesce(pg_catalog.substring(c.reloptions::text, 'fillfactor=([0-9]+)')::int8,
                case c.relkind when 'i' then 90 else 100 end),
       c.relkind = 'i' and i.indnkeyatts = i.indnatts and not i.indisunique
         and coalesce(c.reloptions::text, '') !~* 'deduplicate_items=(false|off|no|0|f)\M'
         and not exists (
           select from pg_catalog.unnest(i.indclass::pg_catalog.oid[]) k(oid)
             join pg_catalog.pg_opclass o on o.oid = k.oid
            where not exists (select from pg_catalog.pg_amproc p
                               where p.amprocfamily = o.opcfamily and p.amproclefttype = o.opcintype
                                 and p.amprocrighttype = o.opcintype and p.amprocnum = 4))
         and not exists (
           select from pg_catalog.unnest(i.indcollation::pg_catalog.oid[]) k(oid)
             join pg_catalog.pg_collation l on l.oid = k.oid where not l.collisdeterministic),
       pg_catalog.current_setting('block_size')::int8
  from pg_catalog.pg_class c
  left join pg_catalog.pg_index i on i.indexrelid = c.oid
  left join pg_catalog.pg_am m on m.oid = c.relam
 where c.relpages >= :'pages'::int8
   and (c.relkind in ('r', 'm') and m.amname = 'heap' or c.relkind = 'i' and m.amname = 'btree')
   and c.relnamespace <> 99 and c.relpersistence <> 't'
