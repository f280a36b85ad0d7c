-- The smallest and the largest value that the planner's statistics hold of some columns of whole numbers:
-- the ends of the histogram and the most common values, of the sample of the last ANALYZE.
-- Cost: a few rows of pg_statistic for each column asked for; no relation is opened. Only columns that this
-- role may SELECT are seen.
-- :'columns' is a JSON array of [schema, table, column].
select w.n::int8, min(v.value)::text, max(v.value)::text
  from pg_catalog.json_array_elements(:'columns'::json) with ordinality as w (c, n)
  join pg_catalog.pg_stats s
    on s.schemaname = (w.c ->> 0) and s.tablename = (w.c ->> 1) and s.attname = (w.c ->> 2)
 cross join lateral (
       select x::numeric as value
         from pg_catalog.unnest(s.histogram_bounds::text::text[] || s.most_common_vals::text::text[]) as u (x)
        where x ~ '^-?[0-9]{1,18}$'
       ) v
 group by w.n
