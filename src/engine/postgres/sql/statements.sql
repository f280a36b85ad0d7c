-- Counters of all statements without their texts: packed for all, in full for the dearest and for those named.
-- Cost: one pass over the entries in shared memory (5,000 entries: about 20 ms), no text file, no table.
-- Run it by hand with psql -v source='public.pg_stat_statements' -v total='total_exec_time' -v info=null
-- -v counters='null::text' -v toplevel=true -v top=10 -v keys='{}'.
-- One entry is one (role, database, statement, nesting level): a key joins those of one database. A NULL queryid
-- is what this role may not tell apart. Packed: 8 bytes key, 5 calls, 8 nanoseconds.
with e as materialized (
    select (s.queryid # (s.dbid::int8 << 20))::int8 as key, :toplevel as top, s.*
      from :source(false) s
), g as materialized (
    select e.key, least(pg_catalog.sum(e.calls), 1000000000000)::int8 as calls,
           least(pg_catalog.sum(e.:total) * 1e6, 9e18)::int8 as ns
      from e
     where e.queryid is not null
     group by e.key
), f as materialized (
    (select g.key from g order by g.ns desc, g.key limit :'top')
    union
    select g.key from g where g.key = any (:'keys'::int8[])
), r as (
    select e.key, e.userid, pg_catalog.sum(e.calls)::int8 as calls,
           least(pg_catalog.sum(e.:total) * 1e6, 9e18)::int8 as ns
      from f
      join e on e.key = f.key
     group by e.key, e.userid
), o as (
    select r.key, pg_catalog.array_agg(pg_catalog.pg_get_userbyid(r.userid)::text order by r.calls desc, r.userid) as roles,
           pg_catalog.array_agg(r.calls order by r.calls desc, r.userid) as calls,
           pg_catalog.array_agg(r.ns order by r.calls desc, r.userid) as ns
      from r
     group by r.key
), b as (
    select e.key, pg_catalog.min(e.queryid)::text as id, pg_catalog.min(e.dbid::int8)::oid as dbid,
           array[:counters]::text as counters
      from f
      join e on e.key = f.key
     group by e.key
)
select 0::int8, pg_catalog.count(*)::text,
       (select pg_catalog.encode(pg_catalog.string_agg(
                 pg_catalog.int8send(g.key) || pg_catalog.substr(pg_catalog.int8send(g.calls), 4)
                   || pg_catalog.int8send(g.ns), ''::bytea), 'base64') from g),
       array[pg_catalog.count(*) filter (where e.queryid is null),
             (pg_catalog.sum(e.calls) filter (where e.queryid is null))::int8,
             least(pg_catalog.sum(e.:total) filter (where e.queryid is null) * 1e6, 9e18)::int8]::text,
       (select array[i.dealloc, (extract(epoch from i.stats_reset) * 1000000)::int8]::text from :info i),
       (extract(epoch from pg_catalog.clock_timestamp()) * 1000000)::int8::text,
       null::text
  from e
union all
select b.key, b.id, d.datname::text, b.counters, o.roles::text, o.calls::text, o.ns::text
  from b
  join o on o.key = b.key
  left join pg_catalog.pg_database d on d.oid = b.dbid
