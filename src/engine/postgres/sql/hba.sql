-- The lines of pg_hba.conf in the order in which the server tries them, as they stand in the file now.
-- Cost: reads one small file. Superusers, and who was granted SELECT on the view and EXECUTE on its function.
select pg_catalog.to_jsonb(h) ->> 'file_name', h.line_number::int8, h.type::text, h.database::text, h.user_name::text,
       h.address::text, h.netmask::text, h.auth_method::text, h.error::text
  from pg_catalog.pg_hba_file_rules h
 order by (pg_catalog.to_jsonb(h) ->> 'rule_number')::int8 nulls last, h.line_number
