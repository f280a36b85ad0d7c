-- How far transaction and multixact IDs have run in each database, and in the tables of this one that are
-- oldest: what wraparound counts.
-- Cost: one pass over pg_class (100,000 relations: about 60 ms), no relation is opened. Everyone may ask.
select 'limit'::text as kind, null::text as schema, null::text as name,
       pg_catalog.current_setting('autovacuum_freeze_max_age')::int8 as xid_age,
       pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::int8 as mxid_age, null::int8 as pages,
       pg_catalog.current_setting('autovacuum') = 'on' as flag
union all
select 'database', null, d.datname::text, pg_catalog.age(d.datfrozenxid)::int8,
       pg_catalog.mxid_age(d.datminmxid)::int8, null, d.datallowconn
  from pg_catalog.pg_database d
union all
(select 'table', n.nspname::text, c.relname::text, pg_catalog.age(t.relfrozenxid)::int8,
        pg_catalog.mxid_age(t.relminmxid)::int8, t.relpages::int8, o.oid is not null
   from (select r.oid, r.relkind, r.relnamespace, r.relname, r.relfrozenxid, r.relminmxid, r.relpages
           from pg_catalog.pg_class r
          where r.relkind in ('r', 'm', 't') and r.relfrozenxid <> '0'::pg_catalog.xid
          order by greatest(pg_catalog.age(r.relfrozenxid), pg_catalog.mxid_age(r.relminmxid)) desc, r.oid
          limit 20) t
   left join pg_catalog.pg_class o on o.reltoastrelid = t.oid and t.relkind = 't'
   join pg_catalog.pg_class c on c.oid = coalesce(o.oid, t.oid)
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace)
