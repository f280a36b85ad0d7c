-- Everything with rows or columns, with the cheap estimates of the last VACUUM or ANALYZE.
-- Cost: one pass over pg_class; no relation is opened, so no lock is waited for. TOAST tables come as rows of
-- their own, where they were counted, and are joined by us: a join with itself would spill at 50,000 tables.
-- Everyone may see all of them. relpages 0 with reltuples -1 (before 14: 0) means never counted.
select c.oid::int8, c.relnamespace::int8, c.relname::text, c.relkind::text,
       c.reltuples::float8, c.relpages::int8, c.relispartition, c.relpersistence::text,
       c.relrowsecurity, c.relforcerowsecurity, pg_catalog.pg_get_userbyid(c.relowner)::text,
       c.reloptions::text, am.amname::text, h.inhparent::int8,
       c.reltoastrelid::int8,
       d.description::text, e.objid is not null,
       pg_catalog.current_setting('block_size')::int8
  from pg_catalog.pg_class c
  left join pg_catalog.pg_am am on am.oid = c.relam
  left join pg_catalog.pg_inherits h on h.inhrelid = c.oid and h.inhseqno = 1
  left join pg_catalog.pg_description d
    on d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objoid = c.oid and d.objsubid = 0
  left join pg_catalog.pg_depend e
    on e.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
   and e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and e.objid = c.oid and e.deptype = 'e'
 where (c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') or (c.relkind = 't' and c.reltuples >= 0))
   and (c.relpersistence <> 't' or c.relnamespace = pg_catalog.pg_my_temp_schema() or c.relkind = 't')
