/** A measurement. */
export type BenchRow = { name: string; value: number; unit: string };
