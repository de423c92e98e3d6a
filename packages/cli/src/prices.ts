/**
 * AWS's list prices in US dollars for us-east-1 (N. Virginia) and Lambda on arm64, without the free tier and
 * without taxes. They were looked up on `asOf` in public copies of the pages below. The copies may be older, so
 * check the pages before you rely on the prices.
 */
export const prices = {
  asOf: "2026-11-23",
  region: "us-east-1",
  architecture: "arm64",
  currency: "USD",
  pages: [
    "https://aws.amazon.com/step-functions/pricing/",
    "https://aws.amazon.com/lambda/pricing/",
    "https://aws.amazon.com/s3/pricing/",
    "https://aws.amazon.com/cloudwatch/pricing/",
  ],
  /** Standard workflows: the price of each state that is entered, and of each retry. */
  stateTransition: 0.025 / 1000,
  lambdaRequest: 0.2 / 1_000_000,
  lambdaGBSecond: 0.0000133334,
  /** S3 Standard: the price of each PUT, COPY, POST, or LIST request. */
  s3Write: 0.005 / 1000,
  /** S3 Standard: the price of each GET, HEAD, or other request. DELETE is free. */
  s3Read: 0.0004 / 1000,
  s3GBMonth: 0.023,
  /**
   * What a stage costs in addition to its runs: see infra/alarms.ts, infra/dashboard.ts, and
   * packages/functions/src/run-metrics.ts.
   */
  cloudWatch: { alarmMonth: 0.1, metricMonth: 0.3, dashboardMonth: 3, logsGB: 0.5 },
} as const;
