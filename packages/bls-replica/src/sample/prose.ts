/** The two text files of the sample. Both say in their first line that the sample is synthetic. */

/** Is in the first line of the sample's `pr.txt` and `pr.contacts`, and in no file of BLS. */
export const SYNTHETIC_MARK = "SYNTHETIC SAMPLE - NOT DATA OF THE BUREAU OF LABOR STATISTICS";

export const CONTACTS = [
  SYNTHETIC_MARK,
  "",
  "Nobody answers for these figures: a program made them up for trying Data Quest out.",
  "For real figures, and for questions about them: https://www.bls.gov/productivity/",
];

export const ABOUT = [
  SYNTHETIC_MARK,
  "",
  "                Major Sector Productivity and Costs (PR)",
  "                                    pr.txt",
  "",
  "What is real here: the names and codes of the mapping files, the series ids, the format of all",
  "files, and the values of series PRS30006032 in the first quarters of 2013 to 2018.",
  "",
  "What is made up: every other observation. A generator with fixed seeds made them, so that they",
  "are the same on every machine. Do not quote them.",
  "",
  "The files:",
  "",
  "        pr.class                - Class codes                   mapping file",
  "        pr.contacts             - Whom to ask",
  "        pr.data.0.Current       - Observations from 2009 on",
  "        pr.data.1.AllData       - All observations",
  "        pr.duration             - Duration codes                mapping file",
  "        pr.footnote             - Footnote codes                mapping file",
  "        pr.measure              - Measure codes                 mapping file",
  "        pr.period               - Period codes                  mapping file",
  "        pr.seasonal             - Seasonal codes                mapping file",
  "        pr.sector               - Sector codes                  mapping file",
  "        pr.series               - All series, their beginnings and ends",
  "        pr.txt                  - This text",
  "",
  "Lines end with CR LF. Fields are separated by tabs; in the data files and pr.series they are padded",
  "with blanks. The first line of a file names its columns.",
  "",
  "A series id, such as PRS30006032, is made of the survey (PR), the seasonal code (S), the sector (3000),",
  "the class (6), the measure (03) and the duration (2).",
  "",
  "Periods Q01 to Q04 are quarters; Q05 is the annual average. A hyphen in place of a value means that it",
  "is not available. The footnote R means revised.",
];
