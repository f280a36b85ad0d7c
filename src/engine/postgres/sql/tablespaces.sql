-- Bytes of every tablespace. pg_default and pg_global last: they may hold all databases.
-- Cost: every file in it is looked at. Needs CREATE on the tablespace or pg_read_all_stats; others come without.
select t.spcname::text,
       case when pg_catalog.has_tablespace_privilege(t.oid, 'create')
              or pg_catalog.pg_has_role('pg_read_all_stats', 'usage')
              or t.oid = (select d.dattablespace from pg_catalog.pg_database d
                           where d.datname = pg_catalog.current_database())
            then pg_catalog.pg_tablespace_size(t.oid) end::int8,
       pg_catalog.quote_ident(current_user)::text
  from pg_catalog.pg_tablespace t
 order by t.spcname = 'pg_default', t.spcname
