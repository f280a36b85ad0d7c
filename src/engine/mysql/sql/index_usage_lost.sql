-- Tables for which there was no room among the counters (performance_schema_max_table_instances).
SHOW GLOBAL STATUS WHERE Variable_name = 'Performance_schema_table_instances_lost'
