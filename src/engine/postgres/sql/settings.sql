-- Every setting with its unit, default and where its value comes from.
-- Cost: constant (360 rows, about 5 ms). What only superusers may see is left out by the server itself.
select s.name::text, s.setting::text, s.unit::text, s.source::text, s.boot_val::text, s.pending_restart,
       s.category::text, s.vartype::text
  from pg_catalog.pg_settings s
 order by s.name
