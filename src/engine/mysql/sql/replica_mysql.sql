-- One row for each channel when this server is a replica. Needs REPLICATION CLIENT.
SHOW REPLICA STATUS
