-- One row for each channel when this server is a replica (before MySQL 8.0.22). Needs REPLICATION CLIENT.
SHOW SLAVE STATUS
