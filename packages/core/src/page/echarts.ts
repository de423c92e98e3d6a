/**
 * The parts of ECharts that the charts use, for bundlers. Without a bundler, `#echarts` is a single file with the
 * whole library. Node.js loads that file much faster than the hundreds of modules that make up these parts.
 */
import { BarChart, LineChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from "echarts/components";
import { use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  SVGRenderer,
]);

export { type EChartsCoreOption, init } from "echarts/core";
