-- Histograms (made by ANALYZE TABLE … UPDATE HISTOGRAM): share of NULLs, and distinct values: the number of
-- buckets of a singleton histogram, the sum of the buckets' own counts of an equi-height one.
SELECT
  h.schema_name AS db,
  h.table_name AS rel,
  h.column_name AS name,
  CAST(JSON_EXTRACT(h.histogram, '$."null-values"') AS CHAR) AS null_share,
  JSON_UNQUOTE(JSON_EXTRACT(h.histogram, '$."histogram-type"')) AS type,
  CAST(JSON_LENGTH(h.histogram, '$.buckets') AS CHAR) AS buckets,
  CAST(JSON_EXTRACT(h.histogram, '$.buckets[*][3]') AS CHAR) AS counts
FROM information_schema.column_statistics h
/* WHERE h.schema_name = {schema} */
