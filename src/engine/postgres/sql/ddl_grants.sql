-- Who may do what on one relation and its columns (psql -v oid=…); an empty list of rights stands for the
-- owner's own, which is written out.
-- Cost: one object. Everyone may see it.
select pg_catalog.quote_ident(coalesce(r.rolname, ''))::text, x.grantee = 0, g.rolname::text, x.is_grantable,
       x.privileges::text, x.column_name::text, x.is_owner, x.is_default, r.rolname::text
  from (
    select a.grantee, a.grantor, a.is_grantable, null::text as column_name, a.grantee = c.relowner as is_owner,
           c.relacl is null as is_default,
           pg_catalog.string_agg(a.privilege_type, ', ' order by a.privilege_type) as privileges
      from pg_catalog.pg_class c
     cross join lateral pg_catalog.aclexplode(coalesce(c.relacl,
             pg_catalog.acldefault(case when c.relkind = 'S' then 's' else 'r' end::"char", c.relowner))) a
     where c.oid = :'oid'::pg_catalog.oid
     group by 1, 2, 3, 4, 5, 6
    union all
    select a.grantee, a.grantor, a.is_grantable, pg_catalog.quote_ident(t.attname), false, false,
           pg_catalog.string_agg(a.privilege_type, ', ' order by a.privilege_type)
      from pg_catalog.pg_attribute t
     cross join lateral pg_catalog.aclexplode(t.attacl) a
     where t.attrelid = :'oid'::pg_catalog.oid and not t.attisdropped
     group by 1, 2, 3, 4, 5, 6
  ) x
  left join pg_catalog.pg_roles r on r.oid = x.grantee
  left join pg_catalog.pg_roles g on g.oid = x.grantor
 order by x.is_owner desc, x.grantee = 0 desc, r.rolname, x.column_name nulls first, x.is_grantable
