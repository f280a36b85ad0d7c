-- Whether index use is being counted at all: a switched-off instrument leaves every count at 0.
SELECT
  i.enabled AS enabled
FROM performance_schema.setup_instruments i
WHERE i.name = 'wait/io/table/sql/handler'
