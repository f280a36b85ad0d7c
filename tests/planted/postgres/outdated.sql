-- rule: statements-outdated
-- fires: *
create extension pg_stat_statements version '1.4';
