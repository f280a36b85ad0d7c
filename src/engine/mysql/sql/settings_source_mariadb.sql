-- Where the value of each setting comes from, and what it was compiled with. Everyone may ask.
SELECT v.variable_name AS name, v.global_value_origin AS source, v.default_value AS compiled
FROM information_schema.system_variables v
WHERE v.variable_scope <> 'SESSION ONLY'
