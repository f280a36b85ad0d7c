-- The look-alikes of what is said of a whole database.

-- rule: public-schema-create
-- silent: *
revoke create on schema public from public;

-- rule: statements-missing
-- silent: *
create extension pg_stat_statements;

-- rule: statements-outdated
-- silent: *
select 1;
