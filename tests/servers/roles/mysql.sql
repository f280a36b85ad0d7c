create user if not exists mon@'%' identified by 'mon';
create user if not exists plain@'%' identified by 'plain';
create user if not exists tls_only@'%' identified by 'tls_only' require ssl;
create user if not exists tls_cert@'%' require x509;
grant process, replication client on *.* to mon@'%';
grant select on performance_schema.* to mon@'%';
grant select, execute on sys.* to mon@'%';
