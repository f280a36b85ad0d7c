-- The schemas of the search path that a session of this role in this database begins with, by ALTER ROLE and
-- ALTER DATABASE, those that exist. What the server's configuration file says cannot be seen from a session
-- that has its own. One small scan.
with path as (
  select coalesce((
           select substr(setting, length('search_path=') + 1)
             from pg_catalog.pg_db_role_setting s
            cross join lateral unnest(s.setconfig) setting
            where s.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = current_database()))
              and s.setrole in (0, (select r.oid from pg_catalog.pg_roles r where r.rolname = session_user))
              and starts_with(setting, 'search_path=')
            order by s.setrole <> 0 desc, s.setdatabase <> 0 desc
            limit 1), '"$user", public') as text
)
select array(
  select n.nspname::text
    from path
   cross join lateral regexp_split_to_table(path.text, ',') with ordinality part (name, place)
    join pg_catalog.pg_namespace n
      on n.nspname = case when btrim(part.name, ' "') = '$user' then session_user else btrim(part.name, ' "') end::name
   where has_schema_privilege(n.oid, 'usage')
   order by part.place)
