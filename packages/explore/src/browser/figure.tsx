/** The chart. It shows its values on hover or, for the keyboard, with a slider. */
import { renderChart } from "@data-quest/core/page/chart";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { explorerChart } from "./chart.ts";
import { useLoaded } from "./loaded.ts";
import type { ShownSeries } from "./observations.ts";

/** The chart of the series. The slider starts at the latest point in time. */
export function Figure({ shown }: { shown: readonly ShownSeries[] }) {
  const chart = useMemo(() => explorerChart(shown), [shown]);
  const drawn = useLoaded(async () => (await Promise.all(renderChart(chart))).join(""), chart);
  const last = chart.values.length - 1;
  const [at, setAt] = useState(last);
  const [guide, setGuide] = useState<number | undefined>();
  const area = useRef<HTMLDivElement>(null);
  useEffect(() => {
    setAt(last);
    setGuide(undefined);
  }, [last]);

  /** The bounds of the visible chart, and the positions of its times as fractions of its width. */
  function visible() {
    const svg = [...(area.current?.querySelectorAll("svg") ?? [])].find((each) => each.clientWidth > 0);
    const places = svg?.parentElement?.dataset.places?.split(" ").map(Number) ?? [];
    const width = svg?.viewBox.baseVal.width ?? 1;
    return { box: svg?.getBoundingClientRect(), places: places.map((place) => place / width) };
  }
  function show(index: number) {
    setAt(index);
    setGuide(visible().places[index]);
  }
  function hover({ clientX }: PointerEvent) {
    const { box, places } = visible();
    if (box === undefined) return;
    const pointer = (clientX - box.left) / box.width;
    const distances = places.map((place) => Math.abs(place - pointer));
    show(distances.indexOf(Math.min(...distances)));
  }
  const text = chart.values[Math.min(at, last)] ?? "";
  return (
    <figure>
      <figcaption>{chart.title}</figcaption>
      <div class="plot" ref={area} onPointerMove={hover} onPointerLeave={() => setGuide(undefined)}>
        <div dangerouslySetInnerHTML={{ __html: drawn.value ?? "" }} />
        {guide === undefined ? null : <div class="guide-line" style={{ left: `${100 * guide}%` }} />}
      </div>
      <p class="values">
        <input
          type="range"
          min={0}
          max={last}
          value={Math.min(at, last)}
          aria-label="Values of the chart"
          aria-valuetext={text}
          onInput={(event) => show(event.currentTarget.valueAsNumber)}
          onFocus={() => show(Math.min(at, last))}
          onBlur={() => setGuide(undefined)}
        />
        <output>{text}</output>
      </p>
    </figure>
  );
}
