-- The smallest and the largest value of columns, by histograms (made by ANALYZE TABLE … UPDATE HISTOGRAM): the
-- ends of the first and of the last bucket. A bucket is [value, share], or [first, last, share, count] of an
-- equi-height one.
SELECT
  h.schema_name AS db,
  h.table_name AS rel,
  h.column_name AS name,
  CAST(JSON_EXTRACT(h.histogram, '$.buckets[0][0]') AS CHAR) AS low,
  CAST(CASE JSON_UNQUOTE(JSON_EXTRACT(h.histogram, '$."histogram-type"'))
       WHEN 'singleton' THEN JSON_EXTRACT(h.histogram, '$.buckets[last][0]')
       ELSE JSON_EXTRACT(h.histogram, '$.buckets[last][1]') END AS CHAR) AS high
FROM information_schema.column_statistics h
/* WHERE h.schema_name = {schema} */
