/**
 * The functions of mathjs that the statistics use, for bundlers. Without a bundler, `#mathjs` is a single file with the
 * whole library. Node.js loads that file much faster than the hundreds of modules that these functions come from.
 */
import { mean, std } from "mathjs/number";

export default { mean, std };
