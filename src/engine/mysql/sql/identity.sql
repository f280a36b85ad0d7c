-- Which server this is: MySQL's own identifier, the number that replicas know it by, and where it runs.
-- Cost: constant. SHOW leaves out what a version does not have.
SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'server_id', 'hostname', 'port', 'datadir')
