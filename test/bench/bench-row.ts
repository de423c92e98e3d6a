/** A measured figure. */
export type BenchRow = { name: string; value: number; unit: string };
