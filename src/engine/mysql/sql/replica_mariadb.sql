-- One row for each connection when this server is a replica. Needs SLAVE MONITOR.
SHOW ALL SLAVES STATUS
