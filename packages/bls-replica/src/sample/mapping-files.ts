/** The mapping files of the survey `pr`, as BLS publishes them (public domain): codes and their names. */

const SORTED = ["display_level", "selectable", "sort_sequence"];

/** File name -> the lines' fields, the header line first. */
export const MAPPING_FILES: Record<string, string[][]> = {
  "pr.class": [
    ["class_code", "class_text", ...SORTED],
    ["3", "Employees", "0", "T", "2"],
    ["6", "All workers", "0", "T", "1"],
  ],
  "pr.duration": [
    ["duration_code", "duration_text", ...SORTED],
    ["1", "% Change same quarter 1 year ago", "0", "T", "1"],
    ["2", "% Change from previous quarter", "0", "T", "2"],
    ["3", "Index (2017=100)", "0", "T", "3"],
  ],
  "pr.footnote": [
    ["footnote_code", "footnote_text"],
    ["R", "revised"],
  ],
  "pr.measure": [
    ["measure_code", "measure_text", ...SORTED],
    ["01", "Employment", "0", "T", "11"],
    ["02", "Average weekly hours", "0", "T", "12"],
    ["03", "Hours worked", "0", "T", "4"],
    ["04", "Real value-added output", "0", "T", "2"],
    ["05", "Value-added output", "0", "T", "15"],
    ["06", "Labor compensation", "0", "T", "14"],
    ["08", "Nonlabor payments", "0", "T", "17"],
    ["09", "Labor productivity (output per hour)", "0", "T", "1"],
    ["10", "Hourly compensation", "0", "T", "5"],
    ["11", "Unit labor costs", "0", "T", "7"],
    ["12", "Unit nonlabor costs", "0", "T", "19"],
    ["13", "Unit nonlabor payments", "0", "T", "8"],
    ["14", "Value-added output price deflator", "0", "T", "9"],
    ["15", "Real hourly compensation", "0", "T", "6"],
    ["16", "Output per worker", "0", "T", "18"],
    ["17", "Labor share", "0", "T", "13"],
    ["18", "Profits", "0", "T", "22"],
    ["19", "Unit profits", "0", "T", "21"],
    ["20", "Unit combined input costs", "0", "T", "20"],
    ["21", "Real sectoral output", "0", "T", "3"],
    ["22", "Sectoral output price deflator", "0", "T", "10"],
    ["23", "Sectoral output", "0", "T", "16"],
  ],
  "pr.period": [
    ["period", "period_abbr", "period_name"],
    ["Q01", "QTR1", "1st Quarter"],
    ["Q02", "QTR2", "2nd Quarter"],
    ["Q03", "QTR3", "3rd Quarter"],
    ["Q04", "QTR4", "4th Quarter"],
    ["Q05", "AN AV", "Annual Average"],
  ],
  "pr.seasonal": [
    ["Seasonal_code", "Seasonal_text"],
    ["S", "Seasonal Adjusted"],
    ["U", "Not Seasonally Adjusted"],
    // The published file ends with an empty line.
    [""],
  ],
  "pr.sector": [
    ["sector_code", "sector_name", ...SORTED],
    ["3000", "Manufacturing", "0", "T", "4"],
    ["3100", "Manufacturing, Durable Goods", "1", "T", "5"],
    ["3200", "Manufacturing, Nondurable Goods", "1", "T", "6"],
    ["8400", "Business", "0", "T", "2"],
    ["8500", "Nonfarm Business", "0", "T", "1"],
    ["8800", "Nonfinancial Corporations", "0", "T", "3"],
  ],
};
