create extension if not exists pg_stat_statements;
create role mon login password 'mon' in role pg_monitor;
create role plain login password 'plain';
create role tls_only login password 'tls_only' in role pg_monitor;
create role tls_cert login in role pg_monitor;
