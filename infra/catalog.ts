import { allSurveysSetting, surveysPrefix } from "@data-quest/core/constants";
import { settings } from "./stage.ts";
import { silver } from "./storage.ts";

/** Lets Athena read Silver. Its name has no hyphen, which SQL would take for a minus, and no capitals, as Glue has none. */
const catalog = new aws.glue.CatalogDatabase("Catalog", {
  name: `${$app.name}_${$app.stage}`.replaceAll("-", "_").toLowerCase(),
  description: "BLS surveys, as the pipeline keeps them in Silver",
});

/** What every data file has. */
const columns = [
  { name: "series_id", type: "string" },
  { name: "year", type: "int" },
  { name: "period", type: "string" },
  { name: "value", type: "decimal(18,6)" },
  { name: "footnotes", type: "string" },
];

/**
 * What the mapping files of BLS's surveys are called after, and so the names that Silver's files may have beside. Athena finds
 * the columns of Parquet by their names: one that a file has not is null, so one list does for all surveys.
 */
const names = [
  ...["title", "seasonal", "periodicity", "base", "measure", "duration", "estimate", "data_type", "datatype"],
  ...["dataelement", "ratelevel", "area", "area_type", "areatype", "region", "state", "srd", "county"],
  ...["industry", "supersector", "sector", "class", "owner", "ownership", "size", "sizeclass", "size_class"],
  ...["occupation", "subcell", "item", "group", "product", "category", "subcategory", "characteristics"],
  ...["demographics", "process", "activity", "age", "ages", "education", "race", "sex", "sexs", "event"],
].map((name) => ({ name, type: "string" }));

/**
 * One table per survey, with one partition per data file. A query has to name the file that it means (`where data_file =
 * 'pr.data.0.Current'`), so the same figures in two files are never added up. New files need no crawler.
 */
for (const survey of settings.surveys === allSurveysSetting ? [] : settings.surveys) {
  const location = $interpolate`s3://${silver.name}/${surveysPrefix}${survey}/`;
  new aws.glue.CatalogTable(`Catalog-${survey}`, {
    databaseName: catalog.name,
    name: survey,
    tableType: "EXTERNAL_TABLE",
    partitionKeys: [{ name: "data_file", type: "string" }],
    parameters: {
      EXTERNAL: "TRUE",
      classification: "parquet",
      "projection.enabled": "true",
      "projection.data_file.type": "injected",
      "storage.location.template": $interpolate`${location}data_file=\${data_file}/`,
    },
    storageDescriptor: {
      location,
      columns: [...columns, ...names],
      inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
      serDeInfo: { serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe" },
    },
  });
}
