-- Texts of the statements that are named, cut to the length that is asked for.
-- Cost: the server loads the file of all texts and puts all of them into a result of its own before it picks
-- these: only on demand, for what is in view, and not often.
select (s.queryid # (s.dbid::int8 << 20))::int8, pg_catalog.substr(pg_catalog.min(s.query), 1, :'length'::int4)::text,
       pg_catalog.max(pg_catalog.length(s.query))::int8
  from :source(true) s
 where (s.queryid # (s.dbid::int8 << 20)) = any (:'keys'::int8[])
 group by 1
