-- What runs now in the sessions of others: one look. 13 has no id of a statement here.
-- Cost: one pass over the sessions. Without rights the state of others is NULL and their text hidden.
select a.pid::int8, pg_catalog.left(a.query, 4096)::text, null::text, a.datname::text, a.usename::text,
       a.application_name::text,
       (extract(epoch from pg_catalog.clock_timestamp() - a.query_start) * 1000000)::int8,
       a.state is null, (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::int8,
       pg_catalog.quote_ident(current_user)::text
  from (select) one
  left join pg_catalog.pg_stat_activity a
    on a.pid <> pg_catalog.pg_backend_pid()
   and (a.state = 'active' and a.backend_type = 'client backend'
        or a.state is null and a.query = '<insufficient privilege>')
   and (a.application_name is null or a.application_name <> :'app')
