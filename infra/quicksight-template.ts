/**
 * CloudFormation templates of the dashboards in QuickSight. They use the types of the AWS SDK, because
 * CloudFormation has the same properties as QuickSight's API.
 */
import type {
  CreateDashboardRequest,
  CreateDataSetRequest,
  CreateDataSourceRequest,
  GridLayoutElement,
  NumberFormatConfiguration,
  ResourcePermission,
  UnaggregatedField,
  Visual,
} from "@aws-sdk/client-quicksight";
import { defaultPopulationYears, populationTable } from "@data-quest/core/constants";
import {
  bestYearsQuery,
  populationQuery,
  type Query,
  seriesWithPopulationQuery,
  tableName,
} from "@data-quest/core/silver/queries";
import { surveyTitle } from "@data-quest/core/surveys";

type Resource =
  | { Type: "AWS::QuickSight::DataSource"; Properties: CreateDataSourceRequest }
  | { Type: "AWS::QuickSight::DataSet"; Properties: CreateDataSetRequest; DependsOn?: string }
  | { Type: "AWS::QuickSight::Dashboard"; Properties: CreateDashboardRequest; DependsOn: string[] };

export type Template = {
  AWSTemplateFormatVersion: "2010-09-09";
  Description: string;
  Resources: Record<string, Resource>;
};

/** What the templates of a stage have in common. */
export type Place = {
  accountId: string;
  region: string;
  /** The prefix of IDs, which must be unique within an account and Region. */
  prefix: string;
  stage: string;
  /** The Glue database. */
  database: string;
  /** The ARN of the user or group that sees and shares the dashboards. */
  owner: string;
};

/** How QuickSight runs queries: with the role and the workgroup of the stage. */
export type Access = { roleArn: string; workGroup: string };

/** The data source, and the dataset of the population, which all dashboards use. */
export function sharedTemplate(place: Place, { roleArn, workGroup }: Access): Template {
  const { accountId, stage, database } = place;
  return template(`QuickSight's access to Silver, stage ${stage}`, {
    Source: {
      Type: "AWS::QuickSight::DataSource",
      Properties: {
        AwsAccountId: accountId,
        DataSourceId: sourceId(place),
        Name: `Data Quest ${stage}`,
        Type: "ATHENA",
        DataSourceParameters: { AthenaParameters: { RoleArn: roleArn, WorkGroup: workGroup } },
        Permissions: permissions(place, "dataSource"),
      },
    },
    Population: {
      ...dataSet(place, "Population", populationQuery(tableName(populationTable, database))),
      DependsOn: "Source",
    },
  });
}

/** The datasets and the dashboard of one survey. `dataFile` is the file that is analyzed. */
export function surveyTemplate(place: Place, survey: string, dataFile: string): Template {
  const { accountId, prefix, stage, database } = place;
  const table = tableName(survey, database);
  const tables = { survey: table, population: tableName(populationTable, database) };
  const series = seriesWithPopulationQuery(survey, tables, dataFile);
  const sets = {
    BestYears: dataSet(place, `${survey}-BestYears`, bestYearsQuery(table, dataFile)),
    ...(series ? { Series: dataSet(place, `${survey}-Series`, series) } : {}),
  };
  const visuals = placed(series !== undefined);
  const declarations = [
    { Identifier: "Population", DataSetArn: arn(place, `dataset/${prefix}Population`) },
    ...Object.entries(sets).map(([name, { Properties }]) => ({
      Identifier: name,
      DataSetArn: arn(place, `dataset/${Properties.DataSetId}`),
    })),
  ];
  return template(`QuickSight dashboard of the BLS survey ${survey}, stage ${stage}`, {
    ...sets,
    Dashboard: {
      Type: "AWS::QuickSight::Dashboard",
      DependsOn: Object.keys(sets),
      Properties: {
        AwsAccountId: accountId,
        DashboardId: dashboardId(place, survey),
        Name: `Data Quest ${stage}: ${surveyTitle(survey)}`,
        Permissions: permissions(place, "dashboard"),
        Definition: {
          DataSetIdentifierDeclarations: declarations,
          Sheets: [
            {
              SheetId: "Answers",
              Name: "Answers",
              ContentType: "INTERACTIVE",
              Visuals: visuals.map(({ visual }) => visual),
              Layouts: [
                { Configuration: { GridLayout: { Elements: visuals.map(({ element }) => element) } } },
              ],
            },
          ],
        },
      },
    },
  });
}

/** The ID of a survey's dashboard, which is also part of its URL. */
export function dashboardId({ prefix }: Pick<Place, "prefix">, survey: string): string {
  return `${prefix}${survey}`;
}

function template(Description: string, Resources: Record<string, Resource>): Template {
  return { AWSTemplateFormatVersion: "2010-09-09", Description, Resources };
}

function arn({ region, accountId }: Place, resource: string): string {
  return `arn:aws:quicksight:${region}:${accountId}:${resource}`;
}

function sourceId({ prefix }: Place): string {
  return `${prefix}Silver`;
}

/**
 * What the owner may do: use the data source and the datasets in other analyses, and share the dashboards.
 * QuickSight accepts only certain sets of actions for each kind of resource.
 * docs.aws.amazon.com/quicksight/latest/developerguide/dashboard-permissions.html
 */
const ownerActions = {
  dataSource: ["DescribeDataSource", "DescribeDataSourcePermissions", "PassDataSource"],
  dataSet: [
    "DescribeDataSet",
    "DescribeDataSetPermissions",
    "PassDataSet",
    "DescribeIngestion",
    "ListIngestions",
  ],
  dashboard: [
    "DescribeDashboard",
    "ListDashboardVersions",
    "UpdateDashboardPermissions",
    "QueryDashboard",
    "UpdateDashboard",
    "DeleteDashboard",
    "DescribeDashboardPermissions",
    "UpdateDashboardPublishedVersion",
  ],
} as const;

function permissions({ owner }: Place, kind: keyof typeof ownerActions): ResourcePermission[] {
  return [{ Principal: owner, Actions: ownerActions[kind].map((action) => `quicksight:${action}`) }];
}

/** A dataset that runs the query each time someone views it. */
function dataSet(
  place: Place,
  name: string,
  query: Query,
): Extract<Resource, { Type: "AWS::QuickSight::DataSet" }> {
  const { accountId, prefix, stage } = place;
  return {
    Type: "AWS::QuickSight::DataSet",
    Properties: {
      AwsAccountId: accountId,
      DataSetId: `${prefix}${name}`,
      Name: `Data Quest ${stage}: ${name}`,
      ImportMode: "DIRECT_QUERY",
      PhysicalTableMap: {
        answer: {
          CustomSql: {
            DataSourceArn: arn(place, `datasource/${sourceId(place)}`),
            Name: name,
            SqlQuery: withDoubles(query),
            Columns: query.columns.map((column) => ({ Name: column.name, Type: column.type })),
          },
        },
      },
      Permissions: permissions(place, "dataSet"),
    },
  };
}

/** QuickSight reads decimals as floating-point numbers, and a sum of decimals in SQL has more digits than it accepts. */
function withDoubles({ sql, columns }: Query): string {
  const list = columns.map(({ name, type }) =>
    type === "DECIMAL" ? `CAST(${name} AS DOUBLE) AS ${name}` : name,
  );
  return `SELECT ${list.join(", ")}\nFROM (\n${sql}\n) AS answer`;
}

type Placed = { visual: Visual; element: GridLayoutElement };

/** The visuals with their positions on a grid of 36 columns. */
function placed(hasSeries: boolean): Placed[] {
  const span = defaultPopulationYears.join(" to ");
  const half = hasSeries ? 18 : 36;
  return [
    at("Mean", [0, 12, 0, 8], figure("Mean", `Mean population, ${span}`, "mean", 1)),
    at(
      "Deviation",
      [12, 12, 0, 8],
      figure("Deviation", `Standard deviation (sample), ${span}`, "standard_deviation", 2),
    ),
    at("Years", [24, 12, 0, 8], table("Years", "Population", "Population by year", ["year", "population"])),
    at(
      "BestYears",
      [0, half, 8, 14],
      table("BestYears", "BestYears", "Best year of each series", ["series_id", "year", "value"]),
    ),
    ...(hasSeries
      ? [
          at(
            "Series",
            [18, 18, 8, 14],
            table("Series", "Series", "One series with the year's population", [
              "year",
              "series_id",
              "period",
              "value",
              "population",
              "footnotes",
            ]),
          ),
          at("Chart", [0, 36, 22, 12], lineChart("Chart", "Series", "One series by year")),
        ]
      : []),
  ];
}

function at(
  id: string,
  [ColumnIndex, ColumnSpan, RowIndex, RowSpan]: readonly [number, number, number, number],
  visual: Visual,
): Placed {
  return {
    visual,
    element: { ElementId: id, ElementType: "VISUAL", ColumnIndex, ColumnSpan, RowIndex, RowSpan },
  };
}

/** One population figure, which every row of its dataset repeats. */
function figure(id: string, title: string, column: string, decimals: number): Visual {
  return {
    KPIVisual: {
      VisualId: id,
      Title: titled(title),
      ChartConfiguration: {
        FieldWells: {
          Values: [
            {
              NumericalMeasureField: {
                ...field(id, "Population", column),
                AggregationFunction: { SimpleNumericalAggregation: "MAX" },
                FormatConfiguration: {
                  FormatConfiguration: {
                    NumberDisplayFormatConfiguration: {
                      DecimalPlacesConfiguration: { DecimalPlaces: decimals },
                      NumberScale: "NONE",
                    },
                  },
                },
              },
            },
          ],
        },
      },
    },
  };
}

/** All rows of a dataset, sorted by the first column. */
function table(id: string, dataSet: string, title: string, columns: readonly [string, ...string[]]): Visual {
  const fields = columns.map((column): UnaggregatedField => {
    const plain = field(id, dataSet, column);
    return column === "year"
      ? { ...plain, FormatConfiguration: { NumberFormatConfiguration: yearFormat } }
      : plain;
  });
  return {
    TableVisual: {
      VisualId: id,
      Title: titled(title),
      ChartConfiguration: {
        FieldWells: { TableUnaggregatedFieldWells: { Values: fields } },
        SortConfiguration: {
          RowSort: [{ FieldSort: { FieldId: field(id, dataSet, columns[0]).FieldId, Direction: "ASC" } }],
        },
      },
    },
  };
}

function lineChart(id: string, dataSet: string, title: string): Visual {
  return {
    LineChartVisual: {
      VisualId: id,
      Title: titled(title),
      ChartConfiguration: {
        Type: "LINE",
        FieldWells: {
          LineChartAggregatedFieldWells: {
            Category: [
              { NumericalDimensionField: { ...field(id, dataSet, "year"), FormatConfiguration: yearFormat } },
            ],
            // One row per year.
            Values: [
              {
                NumericalMeasureField: {
                  ...field(id, dataSet, "value"),
                  AggregationFunction: { SimpleNumericalAggregation: "SUM" },
                },
              },
            ],
          },
        },
        SortConfiguration: {
          CategorySort: [{ FieldSort: { FieldId: field(id, dataSet, "year").FieldId, Direction: "ASC" } }],
        },
      },
    },
  };
}

/** 2018 instead of 2,018. */
const yearFormat: NumberFormatConfiguration = {
  FormatConfiguration: {
    NumberDisplayFormatConfiguration: {
      DecimalPlacesConfiguration: { DecimalPlaces: 0 },
      SeparatorConfiguration: { ThousandsSeparator: { Visibility: "HIDDEN" } },
    },
  },
};

function field(visual: string, dataSet: string, column: string) {
  return {
    FieldId: `${visual}.${column}`,
    Column: { DataSetIdentifier: dataSet, ColumnName: column },
  };
}

function titled(PlainText: string) {
  return { Visibility: "VISIBLE" as const, FormatText: { PlainText } };
}
