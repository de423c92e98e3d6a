import { defineAnswering } from "../answering.ts";
import { population } from "./question.ts";

export const populationAnswering = defineAnswering(population, {
  async answer({ population }, { years }) {
    const { populationStatistics } = await import("./statistics.ts");
    return { ...populationStatistics(population, years), byYear: [...population] };
  },
  csvFiles: () => [],
  page: async (answer) => (await import("./page.ts")).populationPage(answer),
});
