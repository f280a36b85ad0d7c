-- Who switched userstat on: the option file, or a session while the server ran.
-- Cost: constant. Everyone may ask.
SELECT v.global_value_origin AS origin
FROM information_schema.system_variables v
WHERE v.variable_name = 'USERSTAT'
