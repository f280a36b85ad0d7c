-- Where the value of each setting comes from. Everyone may ask.
SELECT v.variable_name AS name, v.variable_source AS source
FROM performance_schema.variables_info v
