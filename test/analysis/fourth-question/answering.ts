import { html } from "@data-quest/core/page/markup";
import { defineAnswering } from "@data-quest/core/questions/answering";
import { largestSum } from "./question.ts";

export const largestSumAnswering = defineAnswering(largestSum, {
  async answer({ data }, { above }) {
    const [largest] = [...data.bestYears].sort((a, b) => Number(b.value) - Number(a.value));
    return largest?.value && Number(largest.value) > above
      ? { seriesId: largest.seriesId, value: largest.value, above }
      : null;
  },
  csvFiles: (answer) => [
    {
      name: "largest-sum.csv",
      records: () => ["series_id,value\r\n", `${answer?.seriesId},${answer?.value}\r\n`],
    },
  ],
  page: async (answer, { above }) => ({
    card: { section: "largest-sum", markup: html`<h2>Which sum is the largest?</h2>` },
    settings: `sums above ${above}`,
    section: {
      id: "largest-sum",
      link: "Largest sum",
      markup: html`<section id="largest-sum"><p>${answer?.value}</p></section>`,
    },
  }),
});
