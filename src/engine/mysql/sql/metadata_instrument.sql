-- Whether metadata locks are recorded at all: MariaDB leaves them out by default.
SELECT i.enabled AS enabled FROM performance_schema.setup_instruments i WHERE i.name = 'wait/lock/metadata/sql/mdl'
