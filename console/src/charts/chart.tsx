// A chart: uPlot inside a component, in the page's own colours.

import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Columns } from "./series";

export interface Palette {
  ink: string;
  muted: string;
  rule: string;
  accent: string;
  in: string;
  out: string;
  warn: string;
  bad: string;
}

export type ChartOptions = Omit<uPlot.Options, "width" | "height" | "cursor" | "legend">;

interface Props {
  /** What it shows, in words. */
  label: string;
  columns: Columns;
  heightPx: number;
  /** Options in these colours; asked for anew when `inputs` change. */
  design: (palette: Palette) => ChartOptions;
  inputs: readonly unknown[];
  /** The place under the pointer, null when there is none. */
  hovered: Signal<number | null>;
}

export function Chart({ label, columns, heightPx, design, inputs, hovered }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const isDark = useDarkness();
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const drawn = new uPlot(
      { ...frame(element.clientWidth, heightPx, hovered), ...design(readPalette(element)) },
      columns as uPlot.AlignedData,
      element,
    );
    plot.current = drawn;
    const observer = new ResizeObserver(() =>
      drawn.setSize({ width: element.clientWidth, height: heightPx }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
    };
  }, [heightPx, isDark, ...inputs]);
  useEffect(() => plot.current?.setData(columns as uPlot.AlignedData), [columns]);
  return <div ref={holder} class="chart" role="img" aria-label={label} />;
}

function frame(width: number, height: number, hovered: Signal<number | null>) {
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: {
      setCursor: [
        (chart: uPlot) => {
          hovered.value = chart.cursor.idx ?? null;
        },
      ],
    },
  };
}

/** Axes as all charts have them: thin rules, whole numbers. */
export function axesOf(palette: Palette, times: uPlot.Axis): uPlot.Axis[] {
  const common = {
    stroke: palette.muted,
    font: "12px system-ui, sans-serif",
    ticks: { show: false },
    grid: { stroke: palette.rule, width: 1 },
  };
  const counts = {
    ...common,
    size: 40,
    incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
    values: (_: uPlot, splits: number[]) => splits.map((count) => String(Math.abs(count))),
  };
  return [{ ...common, size: 28, ...times }, counts];
}

function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const [ink, muted, rule, accent] = [read("ink"), read("muted"), read("rule"), read("accent")];
  return { ink, muted, rule, accent, in: read("in"), out: read("out"), warn: read("warn"), bad: read("bad") };
}

/** Canvases don't follow a change of theme by themselves. */
function useDarkness(): boolean {
  const query = useRef(matchMedia("(prefers-color-scheme: dark)")).current;
  const isDark = useSignal(query.matches);
  useEffect(() => {
    const update = () => {
      isDark.value = query.matches;
    };
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return isDark.value;
}
