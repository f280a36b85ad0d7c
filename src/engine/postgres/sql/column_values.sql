-- What the planner's statistics say of the values of a few columns: those whose name promises JSON, a secret or a
-- moment, and those of a BRIN index. Only counts leave the server, never a value.
-- Cost: one pass over pg_statistic with a right checked for each column; the values of the few columns are looked
-- at (some hundred each). Only columns that this role may SELECT are seen, and none of tables with row security.
with brin as materialized (
  select i.indrelid, k.attnum
    from pg_catalog.pg_am m
    join pg_catalog.pg_class x on x.relam = m.oid
    join pg_catalog.pg_index i on i.indexrelid = x.oid
   cross join lateral pg_catalog.unnest(i.indkey::int2[]) k(attnum)
   where m.amname = 'brin'
), wanted as materialized (
  select c.oid, a.attnum, n.nspname, c.relname, a.attname, c.relkind,
         case when a.atttypid in (25, 1042, 1043) or t.typbasetype in (25, 1042, 1043) then 't'
              when a.atttypid in (20, 23, 1700) then 'n' else 'o' end as kind
    from pg_catalog.pg_attribute a
    join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_type t on t.oid = a.atttypid
   where c.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped
     and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and ((a.atttypid in (25, 1042, 1043) or t.typbasetype in (25, 1042, 1043))
            and pg_catalog.lower(a.attname::text) like any (array[
              '%json%', '%meta%', '%payload%', '%settings%', '%config%', '%pref%', '%attributes%', '%properties%',
              '%options%', '%extra%', '%data%', '%body%', '%params%', '%pass%', '%pwd%', '%secret%', '%token%',
              '%api%key%', '%key'])
          or a.atttypid in (20, 23) and a.attname ~* '(at|on|time|date|ts|timestamp|epoch)$'
          or (a.attrelid, a.attnum) in (select b.indrelid, b.attnum from brin b))
   order by c.oid, a.attnum
   limit 2000
)
select w.oid::int8, w.attnum::int8, s.correlation::float8, pg_catalog.count(v.value)::int8,
       pg_catalog.count(*) filter (where v.value ~ '^\s*(\{\s*("[^"]*"\s*:.*)?\}|\[.*[]"}0-9el]\s*\]|\[\s*\])\s*$')::int8,
       pg_catalog.count(*) filter (where v.value ~ '^(\$2[abxy]?\$|\$argon2|\$(1|5|6|7|y|gy|md5|sha1)\$|\{(SSHA|SHA|SMD5|MD5|CRYPT|PBKDF2)|SCRAM-SHA-|scrypt[:$]|pbkdf2|bcrypt|argon2|sha(1|256|512)[:$]|md5[:$])'
                                   or v.value ~* '^(md5|\*|0x|\\x)?([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$')::int8,
       pg_catalog.count(*) filter (where v.value ~ '^[A-Za-z0-9+/_=.:$-]{40,}$')::int8,
       pg_catalog.count(*) filter (where w.kind = 'n' and v.value ~ '^(1[0-9]{9}|2[01][0-9]{8})([0-9]{3}|[0-9]{6})?$')::int8
  from wanted w
  join pg_catalog.pg_stats s
    on s.schemaname = w.nspname and s.tablename = w.relname and s.attname = w.attname
   and not (s.inherited and w.relkind <> 'p')
  left join lateral (
    select x.value from pg_catalog.unnest(s.most_common_vals::text::text[]) x(value) where w.kind in ('t', 'n')
    union all
    select x.value from pg_catalog.unnest(s.histogram_bounds::text::text[]) x(value) where w.kind in ('t', 'n')
  ) v on true
 group by w.oid, w.attnum, s.correlation
