import { readFileSync } from "node:fs";
import { BUNDLED_POPULATION, sampleFiles } from "@data-quest/bls-replica";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type Synthesis, synthesize } from "../../infra/synth/synthesize.ts";
import { type AnalyzedSurveys, analyzeSurveys } from "../analysis/analyzed-surveys.ts";
import { schemaViolations } from "./cloudformation-schema.ts";
import { ofType, permissionsOf, statements, the } from "./resources.ts";

const stacks = "aws:cloudformation/stack:Stack";
const owner = "arn:aws:quicksight:us-east-1:000000000000:group/default/analysts";
const dataFiles = {
  pr: { dataFile: "pr.data.0.Current" },
  cu: { dataFile: ["cu.data.0.Current", "cu.data.1.AllItems"] },
};
const settings = { surveys: ["pr", "cu"], dataFiles, quickSight: { owner, surveys: ["pr"] } };
/** With all surveys, and with dashboards for two: `cu` has a headline series, and `la` has none. */
const ofAll = {
  encryption: "kms",
  surveys: "all",
  dataFiles: { cu: { dataFile: ["cu.data.1.AllItems"] }, la: { dataFile: "la.data.1.CurrentS" } },
  quickSight: { owner, surveys: ["cu", "la"] },
};

let without: Synthesis;
let some: Synthesis;
let all: Synthesis;
beforeAll(async () => {
  [without, some, all] = (await synthesize({}, { settings }, { settings: ofAll })) as [
    Synthesis,
    Synthesis,
    Synthesis,
  ];
});

const Column = z.object({ DataSetIdentifier: z.string(), ColumnName: z.string() });
const DataSet = z.object({
  DataSetId: z.string(),
  ImportMode: z.string(),
  PhysicalTableMap: z.object({
    answer: z.object({
      CustomSql: z.object({
        DataSourceArn: z.string(),
        SqlQuery: z.string(),
        Columns: z.array(z.object({ Name: z.string(), Type: z.string() })),
      }),
    }),
  }),
});
type DataSet = z.infer<typeof DataSet>;
const Visual = z.record(
  z.string(),
  z.object({
    VisualId: z.string(),
    Title: z.object({ FormatText: z.object({ PlainText: z.string() }) }),
    ChartConfiguration: z.object({ FieldWells: z.unknown(), SortConfiguration: z.unknown().optional() }),
  }),
);
const Element = z.object({
  ElementId: z.string(),
  ColumnIndex: z.number(),
  ColumnSpan: z.number(),
  RowIndex: z.number(),
  RowSpan: z.number(),
});
const Dashboard = z.object({
  DashboardId: z.string(),
  Name: z.string(),
  Definition: z.object({
    DataSetIdentifierDeclarations: z.array(z.object({ Identifier: z.string(), DataSetArn: z.string() })),
    Sheets: z.tuple([
      z.object({
        Visuals: z.array(Visual),
        Layouts: z.tuple([
          z.object({
            Configuration: z.object({ GridLayout: z.object({ Elements: z.array(Element) }) }),
          }),
        ]),
      }),
    ]),
  }),
});

const TemplateResources = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
      Properties: z.record(z.string(), z.unknown()),
    }),
  ),
});

const bodies = (synthesis: Synthesis) =>
  ofType(synthesis, stacks).map(({ name, inputs }) => [name, String(inputs.templateBody)] as const);

/** The properties of all resources of a type in the templates, by stack and name. */
function inTemplates(synthesis: Synthesis, type: string): [string, unknown][] {
  return bodies(synthesis).flatMap(([stack, body]) =>
    Object.entries(TemplateResources.parse(JSON.parse(body)).Resources)
      .filter(([, { Type }]) => Type === `AWS::QuickSight::${type}`)
      .map(([name, { Properties }]): [string, unknown] => [`${stack} ${name}`, Properties]),
  );
}
const dataSets = (synthesis: Synthesis) =>
  inTemplates(synthesis, "DataSet").map(([, set]) => DataSet.parse(set));
const dashboards = (synthesis: Synthesis) =>
  inTemplates(synthesis, "Dashboard").map(([, dashboard]) => Dashboard.parse(dashboard));
const queryOf = ({ PhysicalTableMap }: DataSet) => PhysicalTableMap.answer.CustomSql;

describe("without the setting quickSight", () => {
  test("there are no resources of QuickSight or Athena", () => {
    const found = without.resources.filter(({ type, name }) =>
      /athena|quicksight|cloudformation/i.test(`${type} ${name}`),
    );
    expect(found).toEqual([]);
  });
});

describe("with the setting quickSight", () => {
  test("there is one data source and one population dataset, and each survey has two datasets and a dashboard", () => {
    const resources = (synthesis: Synthesis) =>
      ["DataSource", "DataSet", "Dashboard"].flatMap((type) =>
        inTemplates(synthesis, type).map(([name]) => name),
      );
    expect(resources(some)).toEqual([
      "QuickSight Source",
      "QuickSight Population",
      "QuickSight-pr BestYears",
      "QuickSight-pr Series",
      "QuickSight-pr Dashboard",
    ]);
    // `la` has no headline series, so its dashboard leaves out the third answer, as its report does.
    expect(resources(all)).toEqual([
      "QuickSight Source",
      "QuickSight Population",
      "QuickSight-cu BestYears",
      "QuickSight-cu Series",
      "QuickSight-la BestYears",
      "QuickSight-cu Dashboard",
      "QuickSight-la Dashboard",
    ]);
  });

  test("CloudFormation accepts the templates, and each is small enough to be sent as text", () => {
    for (const [name, body] of [...bodies(some), ...bodies(all)]) {
      expect(schemaViolations(body), name).toEqual([]);
      expect(Buffer.byteLength(body), name).toBeLessThanOrEqual(51_200);
    }
  });

  test("what a stack needs is created before it and removed after it", () => {
    const needed = (name: string) => the(all, stacks, name).dependsOn;
    expect(needed("QuickSight")).toEqual(expect.arrayContaining(["QuickSightRole", "QuickSightWorkgroup"]));
    expect(needed("QuickSight-cu")).toContain("QuickSight");
    expect(needed("QuickSight-la")).toContain("QuickSight");

    // The same is true of the resources within each stack.
    for (const [name, body] of [...bodies(some), ...bodies(all)]) {
      const resources = Object.entries(TemplateResources.parse(JSON.parse(body)).Resources);
      for (const [resource, { DependsOn = [], Properties }] of resources) {
        const named = resources.filter(
          ([other, { Type, Properties: theirs }]) =>
            other !== resource && JSON.stringify(Properties).includes(`${arnOf(Type, theirs)}"`),
        );
        expect([DependsOn].flat().sort(), `${name} ${resource}`).toEqual(
          named.map(([other]) => other).sort(),
        );
      }
    }
  });

  test("a stack whose creation fails is removed, because it cannot be updated", () => {
    for (const { inputs } of ofType(all, stacks)) expect(inputs.onFailure).toBe("DELETE");
  });

  test("the deployment prints the URL of each dashboard", () => {
    expect(without.outputs).not.toHaveProperty("dashboards");
    expect(all.outputs.dashboards).toEqual([
      "https://us-east-1.quicksight.aws.amazon.com/sn/dashboards/data-quest-production-cu",
      "https://us-east-1.quicksight.aws.amazon.com/sn/dashboards/data-quest-production-la",
    ]);
  });

  test("the data source sends queries with the stage's own role and workgroup", () => {
    expect(inTemplates(some, "DataSource")).toMatchObject([
      [
        "QuickSight Source",
        {
          Type: "ATHENA",
          DataSourceParameters: {
            AthenaParameters: {
              RoleArn: "arn:aws:iam::000000000000:role/QuickSight",
              WorkGroup: "data-quest-production-QuickSight",
            },
          },
        },
      ],
    ]);
    for (const set of [...dataSets(some), ...dataSets(all)]) {
      expect(set.ImportMode).toBe("DIRECT_QUERY");
      expect(queryOf(set).DataSourceArn).toBe(
        "arn:aws:quicksight:us-east-1:000000000000:datasource/data-quest-production-Silver",
      );
    }
  });

  test("the owner may use the data and share the dashboards", () => {
    const allowed = (type: string) =>
      inTemplates(all, type).map(([, properties]) =>
        z
          .object({ Permissions: z.array(z.object({ Principal: z.string(), Actions: z.array(z.string()) })) })
          .parse(properties),
      );
    for (const type of ["DataSource", "DataSet", "Dashboard"])
      for (const { Permissions } of allowed(type)) {
        expect(Permissions.map(({ Principal }) => Principal)).toEqual([owner]);
        const changes = Permissions.flatMap(({ Actions }) => Actions).filter((action) =>
          /:(Update|Delete)/.test(action),
        );
        expect(changes.length > 0, type).toBe(type === "Dashboard");
      }
  });

  test("a query's results are in Gold", () => {
    const { name, forceDestroy, configuration } = the(
      some,
      "aws:athena/workgroup:Workgroup",
      "QuickSightWorkgroup",
    ).inputs;
    expect({ name, forceDestroy }).toEqual({ name: "data-quest-production-QuickSight", forceDestroy: true });
    expect(configuration).toEqual({
      enforceWorkgroupConfiguration: true,
      resultConfiguration: {
        outputLocation: expect.stringMatching(/^s3:\/\/.*-goldbucket-[a-z]+\/query-results\/$/),
      },
    });
  });

  test("the role reads Silver, writes only query results, and can be assumed only by this account's QuickSight", () => {
    const role = the(all, "aws:iam/role:Role", "QuickSightRole");
    expect(statements(role.inputs.assumeRolePolicy)).toMatchObject([
      {
        principal: { Service: "quicksight.amazonaws.com" },
        condition: { StringEquals: { "aws:SourceAccount": "000000000000" } },
      },
    ]);
    const granted = permissionsOf(role).map(
      ({ actions, resources }) => `${actions.join(", ")} on ${resources.join(", ")}`,
    );
    expect(granted).toEqual([
      "athena:BatchGetQueryExecution, athena:GetQueryExecution, athena:GetQueryResults, athena:GetQueryResultsStream, athena:GetWorkGroup, athena:ListQueryExecutions, athena:StartQueryExecution, athena:StopQueryExecution on athena workgroup/data-quest-production-QuickSight",
      "athena:GetDataCatalog, athena:GetDatabase, athena:GetTableMetadata, athena:ListDatabases, athena:ListTableMetadata on athena datacatalog/AwsDataCatalog",
      "athena:ListDataCatalogs, athena:ListEngineVersions, athena:ListWorkGroups on *",
      "glue:GetDatabase, glue:GetDatabases, glue:GetPartition, glue:GetPartitions, glue:BatchGetPartition, glue:GetTable, glue:GetTables on glue catalog, glue database/data_quest_production, glue table/data_quest_production/*",
      "glue:GetDatabase on glue database/default",
      "s3:GetBucketLocation, s3:ListBucket on Silver, Gold",
      "s3:ListBucketMultipartUploads on Gold",
      "s3:GetObject on Silver/bls/*, Silver/population/nation.parquet",
      "s3:AbortMultipartUpload, s3:GetObject, s3:ListMultipartUploadParts, s3:PutObject on Gold/query-results/*",
      "kms:Decrypt, kms:GenerateDataKey on key Key",
    ]);
    const { length } = permissionsOf(the(some, "aws:iam/role:Role", "QuickSightRole"));
    expect(length).toBe(granted.length - 1);
  });
});

describe("a dashboard", () => {
  test("has the name of its survey", () => {
    expect(dashboards(all).map(({ DashboardId, Name }) => [DashboardId, Name])).toEqual([
      ["data-quest-production-cu", "Data Quest production: Consumer Price Index - All Urban Consumers (cu)"],
      ["data-quest-production-la", "Data Quest production: Local Area Unemployment Statistics (la)"],
    ]);
  });

  test("shows the three answers, or two for a survey without a headline series", () => {
    const shown = dashboards(all).map(({ Definition: { Sheets } }) =>
      Sheets[0].Visuals.flatMap((visual) => Object.values(visual).map(({ VisualId }) => VisualId)),
    );
    expect(shown).toEqual([
      ["Mean", "Deviation", "Years", "BestYears", "Series", "Chart"],
      ["Mean", "Deviation", "Years", "BestYears"],
    ]);
  });

  test("shows in each visual the fields that the title promises, sorted, with no thousands separator in years", () => {
    const shown = dashboards(some).flatMap(({ Definition: { Sheets } }) =>
      Sheets[0].Visuals.flatMap((visual) =>
        Object.entries(visual).map(([kind, { Title, ChartConfiguration }]) => [
          `${kind}: ${Title.FormatText.PlainText}`,
          ...fieldsIn(ChartConfiguration.FieldWells),
          ...fieldsIn(ChartConfiguration.SortConfiguration),
        ]),
      ),
    );
    expect(shown).toEqual([
      ["KPIVisual: Mean population, 2013 to 2018", "Mean.mean MAX 1 decimals"],
      ["KPIVisual: Standard deviation (sample), 2013 to 2018", "Deviation.standard_deviation MAX 2 decimals"],
      [
        "TableVisual: Population by year",
        "Years.year 0 decimals, no separator",
        "Years.population",
        "Years.year ASC",
      ],
      [
        "TableVisual: Best year of each series",
        "BestYears.series_id",
        "BestYears.year 0 decimals, no separator",
        "BestYears.value",
        "BestYears.series_id ASC",
      ],
      [
        "TableVisual: One series with the year's population",
        "Series.year 0 decimals, no separator",
        "Series.series_id",
        "Series.period",
        "Series.value",
        "Series.population",
        "Series.footnotes",
        "Series.year ASC",
      ],
      [
        "LineChartVisual: One series by year",
        "Chart.year 0 decimals, no separator",
        "Chart.value SUM",
        "Chart.year ASC",
      ],
    ]);
  });

  test("refers only to datasets that exist, and only to columns that they have", () => {
    for (const synthesis of [some, all])
      for (const { Definition } of dashboards(synthesis)) {
        const columns = new Map(
          Definition.DataSetIdentifierDeclarations.map(({ Identifier, DataSetArn }) => {
            const id = DataSetArn.replace("arn:aws:quicksight:us-east-1:000000000000:dataset/", "");
            const set = dataSets(synthesis).find(({ DataSetId }) => DataSetId === id);
            return [Identifier, set && queryOf(set).Columns.map(({ Name }) => Name)];
          }),
        );
        const used = columnsIn(Definition.Sheets);
        expect(used.length).toBeGreaterThan(5);
        for (const { DataSetIdentifier, ColumnName } of used)
          expect(columns.get(DataSetIdentifier), DataSetIdentifier).toContain(ColumnName);
        expect(new Set(used.map(({ DataSetIdentifier }) => DataSetIdentifier))).toEqual(
          new Set(columns.keys()),
        );
      }
  });

  test("places each visual once, without overlap, in a grid of 36 columns", () => {
    for (const { Definition } of [...dashboards(some), ...dashboards(all)]) {
      const [{ Visuals, Layouts }] = Definition.Sheets;
      const { Elements } = Layouts[0].Configuration.GridLayout;
      expect(Elements.map(({ ElementId }) => ElementId)).toEqual(
        Visuals.flatMap((visual) => Object.values(visual).map(({ VisualId }) => VisualId)),
      );
      const cells = Elements.flatMap(({ ColumnIndex, ColumnSpan, RowIndex, RowSpan }) =>
        Array.from({ length: ColumnSpan * RowSpan }, (_, cell) =>
          [ColumnIndex + (cell % ColumnSpan), RowIndex + Math.floor(cell / ColumnSpan)].join(),
        ),
      );
      expect(new Set(cells).size).toBe(cells.length);
      for (const { ColumnIndex, ColumnSpan } of Elements)
        expect(ColumnIndex + ColumnSpan).toBeLessThanOrEqual(36);
    }
  });
});

describe("the queries of the datasets, on the output of Analyze", () => {
  let analyzed: AnalyzedSurveys;
  beforeAll(async () => {
    const survey = (survey: string, dataFile: string) => ({
      survey,
      dataFile,
      files: new Map([...sampleFiles()].filter(([name]) => name.startsWith(`${survey}.`))),
    });
    const surveys = [survey("pr", "pr.data.0.Current"), survey("cu", "cu.data.1.AllItems")];
    analyzed = await analyzeSurveys("data_quest_production", surveys, readFileSync(BUNDLED_POPULATION));
  });
  afterAll(() => analyzed.close());

  /** The query of the dataset with this name, inside another query, as QuickSight runs it. */
  const wrapped = (synthesis: Synthesis, name: string) => {
    const set = dataSets(synthesis).find(({ DataSetId }) => DataSetId === `data-quest-production-${name}`);
    if (set === undefined) throw new Error(`There is no dataset ${name}`);
    return { ...queryOf(set), sql: `SELECT * FROM (${queryOf(set).SqlQuery}) AS data_set` };
  };

  test.each(["Population", "cu-BestYears", "cu-Series", "pr-BestYears", "pr-Series"])(
    "%s has the columns that the dataset declares, with their types",
    async (name) => {
      const { sql, Columns } = wrapped(name.startsWith("cu") ? all : some, name);
      const types: Record<string, string> = { VARCHAR: "STRING", INTEGER: "INTEGER", DOUBLE: "DECIMAL" };
      const described = await analyzed.rows(`DESCRIBE ${sql}`);
      expect(
        described.map(({ column_name: Name, column_type }) => ({ Name, Type: types[String(column_type)] })),
      ).toEqual(Columns);
    },
  );

  test.each([
    ["pr", () => some],
    ["cu", () => all],
  ])("the dashboard of %s shows the numbers of its report", async (survey, synthesis) => {
    const rows = (name: string) => analyzed.rows(wrapped(synthesis(), name).sql);
    const report = analyzed.reports.get(survey);
    if (report === undefined) throw new Error(`${survey} has no report`);

    for (const row of await rows("Population")) {
      expect(row.mean).toBeCloseTo(report.population.mean, 3);
      expect(row.standard_deviation).toBeCloseTo(report.population.standardDeviation, 3);
    }
    expect(await rows(`${survey}-BestYears`)).toEqual(
      report.bestYears.rows.map(({ seriesId, year, value }) => ({
        series_id: seriesId,
        year,
        value: Number(value),
      })),
    );
    const shown = (await rows(`${survey}-Series`)).map(({ year, period, value, population }) => ({
      year,
      period,
      value,
      population,
    }));
    expect(shown.length).toBeGreaterThan(0);
    expect(shown).toEqual(
      report.seriesWithPopulation?.rows.map(({ year, value, population }) => ({
        year,
        period: report.seriesWithPopulation?.period,
        value: value === null ? null : Number(value),
        population,
      })),
    );
  });
});

describe("a setting that cannot work is refused, and the error states the setting's key", () => {
  test.each([
    ["quickSight.owner", { ...settings, quickSight: { owner: "anna", surveys: ["pr"] } }],
    [
      "quickSight.owner",
      { ...settings, quickSight: { owner: "arn:aws:iam::000000000000:user/default/anna", surveys: ["pr"] } },
    ],
    ["quickSight.owner", { ...settings, quickSight: { surveys: ["pr"] } }],
    ["quickSight.surveys", { ...settings, quickSight: { owner, surveys: [] } }],
    ["quickSight.surveys", { ...settings, quickSight: { owner, surveys: ["pr", "pr"] } }],
    ["quickSight.surveys[0]", { ...settings, quickSight: { owner, surveys: ["ln"] } }],
    // A survey with several merged data files, and one without a data file.
    ["dataFiles.cu.dataFile", { ...settings, quickSight: { owner, surveys: ["cu"] } }],
    ["dataFiles.pr.dataFile", { ...settings, dataFiles: {} }],
    ["quickSight", { ...settings, quickSight: { owner, surveys: ["pr"], dashboards: 1 } }],
  ])("%s", async (key, invalid) => {
    await expect(synthesize({ settings: invalid })).rejects.toThrow(`at ${key}\n`);
  });
});

/** Every column that a part of a dashboard refers to. */
function columnsIn(part: unknown): z.infer<typeof Column>[] {
  const own = Column.safeParse(part);
  if (own.success) return [own.data];
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(columnsIn) : [];
}

const Field = z.object({
  FieldId: z.string(),
  Direction: z.string().optional(),
  AggregationFunction: z.object({ SimpleNumericalAggregation: z.string() }).optional(),
});

/** Every field that a part of a visual uses, with its aggregation, number format, and sort direction in words. */
function fieldsIn(part: unknown): string[] {
  const { success, data } = Field.safeParse(part);
  if (!success) return typeof part === "object" && part !== null ? Object.values(part).flatMap(fieldsIn) : [];
  const json = JSON.stringify(part);
  const [, decimals] = /"DecimalPlaces":(\d+)/.exec(json) ?? [];
  const separator = json.includes('"ThousandsSeparator":{"Visibility":"HIDDEN"}') ? ", no separator" : "";
  const words = [
    data.FieldId,
    data.AggregationFunction?.SimpleNumericalAggregation,
    decimals === undefined ? undefined : `${decimals} decimals${separator}`,
    data.Direction,
  ];
  return [words.filter((word) => word !== undefined).join(" ")];
}

/** The ARN of a resource of QuickSight in a template. */
function arnOf(type: string, properties: Record<string, unknown>): string {
  const kind = type.replace("AWS::QuickSight::", "");
  return `arn:aws:quicksight:us-east-1:000000000000:${kind.toLowerCase()}/${properties[`${kind}Id`]}`;
}
