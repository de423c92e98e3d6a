-- Question 2, the best year of every series, on Silver. In Athena as it stands, in the stage's database; in DuckDB,
-- where the files have been copied to the folder silver/, after
--   CREATE VIEW pr AS FROM read_parquet('silver/data_file=*/data.parquet', hive_partitioning = true);
WITH years AS (
  SELECT series_id, year, sum(value) AS total,
    CASE
      WHEN period BETWEEN 'M01' AND 'M12' THEN 1
      WHEN period BETWEEN 'Q01' AND 'Q04' THEN 2
      WHEN period IN ('S01', 'S02') THEN 3
      WHEN period = 'M13' THEN 4
      WHEN period = 'Q05' THEN 5
      WHEN period = 'S03' THEN 6
      ELSE 7
    END AS basis
  FROM "pr"
  WHERE data_file = 'pr.data.0.Current' AND value IS NOT NULL
  GROUP BY 1, 2, 4
), finest AS (
  SELECT *, min(basis) OVER (PARTITION BY series_id) AS finest FROM years
)
SELECT series_id, max_by(year, ROW(total, -year)) AS year, max(total) AS value
FROM finest
WHERE basis = finest
GROUP BY series_id
ORDER BY series_id
