/**
 * What is known about each survey that BLS publishes: its full name, and the series that people look for
 * first.
 */

/**
 * A survey's headline series, with the period that question 3 takes from each year. If no period is given,
 * the question takes one that the series has. The ID for `pr` is in the survey's own series file. The other
 * IDs were checked in November 2026 against public programs that read these series from BLS's API, BLS's flat
 * files, or FRED.
 */
export type Headline = { series: string; period?: string };

export type SurveyFacts = { name: string; headline?: Headline };

/** By abbreviation. The names are those in BLS's list of surveys, as of November 2025. */
const SURVEYS: ReadonlyMap<string, SurveyFacts> = new Map<string, SurveyFacts>([
  ["ap", { name: "Average Price Data" }],
  ["bd", { name: "Business Employment Dynamics" }],
  ["bg", { name: "Collective Bargaining-State and Local Government" }],
  ["bp", { name: "Collective Bargaining-Private Sector" }],
  ["cc", { name: "Employer Costs for Employee Compensation (SIC 1986-2003)" }],
  ["cd", { name: "Occupational Injuries and Illness - Characteristics Data (SIC)" }],
  // All employees, total nonfarm.
  ["ce", { name: "Employment, Hours, and Earnings-National (NAICS)", headline: { series: "CES0000000001" } }],
  ["cf", { name: "Census of Fatal Occupational Injuries (1992-2002)" }],
  ["ch", { name: "Nonfatal cases involving days away from work: selected characteristics" }],
  // Total compensation of all civilian workers, 12-month percent change.
  ["ci", { name: "Employment Cost Index (NAICS)", headline: { series: "CIU1010000000000A" } }],
  ["cm", { name: "Employer Costs for Employee Compensation (NAICS)" }],
  ["cs", { name: "Occupational Injuries and Illnesses - Characteristics Data" }],
  // All items, U.S. city average.
  [
    "cu",
    {
      name: "Consumer Price Index - All Urban Consumers",
      headline: { series: "CUUR0000SA0", period: "M13" },
    },
  ],
  // All items, U.S. city average.
  [
    "cw",
    {
      name: "Consumer Price Index - Urban Wage Earners and Clerical Workers",
      headline: { series: "CWUR0000SA0", period: "M13" },
    },
  ],
  // Total average annual expenditures, all consumer units.
  ["cx", { name: "Consumer Expenditure Survey", headline: { series: "CXUTOTALEXPLB0101M", period: "A01" } }],
  ["eb", { name: "Employee Benefits Survey (1979 - 2006)" }],
  ["ec", { name: "Employment Cost Index (SIC 1975 - 2005)" }],
  // All employees, total nonfarm.
  ["ee", { name: "Employment, Hours, and Earnings-National (SIC)", headline: { series: "EES00000001" } }],
  // Import price index, all commodities.
  ["ei", { name: "International Price Index", headline: { series: "EIUIR" } }],
  ["ep", { name: "Employment Projections" }],
  ["fi", { name: "Census of Fatal Occupational Injuries" }],
  ["fm", { name: "Marital and Family Labor Force Statistics" }],
  ["fw", { name: "Census of Fatal Occupational Injuries" }],
  ["gg", { name: "Green Goods and Services" }],
  ["gp", { name: "Geographic Profile" }],
  ["hc", { name: "Occupational Injuries and Illness - Characteristics Data (NAICS)" }],
  ["hs", { name: "Occupational Injury and Illness Rates (based on 1972 SIC codes)" }],
  ["ii", { name: "Occupational Injuries and Illnesses Industry Data" }],
  ["in", { name: "International Labor Statistics" }],
  ["ip", { name: "Industry Productivity and Costs" }],
  ["is", { name: "Occupational Injuries and Illnesses Industry Data" }],
  ["jl", { name: "Job Openings and Labor Turnover Survey (SIC)" }],
  ["la", { name: "Local Area Unemployment Statistics" }],
  // Median usual weekly earnings of full-time workers.
  [
    "le",
    {
      name: "Weekly and Hourly Earnings Data from the Current Population Survey",
      headline: { series: "LEU0252881500" },
    },
  ],
  ["li", { name: "Department Store Inventory Price Index" }],
  // Unemployment rate.
  [
    "ln",
    {
      name: "Labor Force Statistics from the Current Population Survey (NAICS)",
      headline: { series: "LNS14000000" },
    },
  ],
  // Members of unions as a percent of the employed.
  [
    "lu",
    {
      name: "Union Affiliation Data from the Current Population Survey",
      headline: { series: "LUU0204899600", period: "A01" },
    },
  ],
  ["ml", { name: "Mass Layoff Statistics" }],
  // Total factor productivity of private nonfarm business, index.
  [
    "mp",
    {
      name: "Major Sector Multifactor Productivity Index",
      headline: { series: "MPU4910012", period: "A01" },
    },
  ],
  ["mu", { name: "Consumer Price Index - All Urban Consumers (Old Series)" }],
  ["mw", { name: "Consumer Price Index - Urban Wage Earners and Clerical Workers (Old Series)" }],
  ["nb", { name: "National Compensation Survey" }],
  ["nc", { name: "National Compensation Survey (SIC 1997-2006)" }],
  ["nd", { name: "Producer Price Index Revision-Discontinued Series (NAICS)" }],
  ["nl", { name: "National Longitudinal Survey" }],
  ["oe", { name: "Occupation Employment Statistics" }],
  ["or", { name: "Occupational Requirements Survey" }],
  // Total manufacturing industries.
  [
    "pc",
    {
      name: "Producer Price Index Revision-Current Series",
      headline: { series: "PCUOMFG--OMFG--", period: "M13" },
    },
  ],
  ["pd", { name: "Producer Price Index Revision-Discontinued Series (SIC)" }],
  // Hours worked in manufacturing, percent change from the previous quarter.
  ["pr", { name: "Major Sector Productivity and Costs", headline: { series: "PRS30006032", period: "Q01" } }],
  ["sa", { name: "State and Area Employment, Hours, and Earnings (SIC)" }],
  ["sh", { name: "Occupational Injury and Illness Rates (based on 1987 SIC codes)" }],
  ["si", { name: "Occupational Injury and Illness Rates (2002 data)" }],
  ["sm", { name: "State and Area Employment, Hours, and Earnings (NAICS)" }],
  // All items, U.S. city average.
  ["su", { name: "Chained CPI-All Urban Consumers", headline: { series: "SUUR0000SA0" } }],
  ["wd", { name: "Producer Price Index Commodity - Discontinued Series" }],
  ["wm", { name: "Modeled Wage Estimates" }],
  // Final demand.
  ["wp", { name: "Producer Price Index - Commodities", headline: { series: "WPUFD4", period: "M13" } }],
  ["ws", { name: "Work Stoppage Data" }],
]);

/** The full name of a survey, or undefined if it is not in BLS's list. */
export function surveyName(survey: string): string | undefined {
  return SURVEYS.get(survey)?.name;
}

/**
 * A survey in readable form: `Major Sector Productivity and Costs (pr)`, or only the abbreviation if it is
 * not in BLS's list.
 */
export function surveyTitle(survey: string): string {
  const name = surveyName(survey);
  return name === undefined ? survey : `${name} (${survey})`;
}

/** A survey's headline series, if there is an obvious one. */
export function headlineOf(survey: string): Headline | undefined {
  return SURVEYS.get(survey)?.headline;
}

/** All surveys in BLS's list, by abbreviation. */
export function knownSurveys(): ReadonlyMap<string, SurveyFacts> {
  return SURVEYS;
}
