// Who came in, upwards, and who went out, downwards, by hour, day or month.

import type { Signal } from "@preact/signals";
import uPlot from "uplot";
import { axesOf, Chart, type ChartOptions, type Palette } from "./chart";
import { type Columns, topOf } from "./series";

interface Props {
  label: string;
  columns: Columns;
  /** The time that is shown, in milliseconds. */
  from: number;
  to: number;
  /** Where a rule and a name stand, in milliseconds. */
  marks: readonly number[];
  nameMark: (moment: number, isNarrow: boolean) => string;
  hovered: Signal<number | null>;
}

const NARROW_PX = 560;

export function FlowChart({ label, columns, from, to, marks, nameMark, hovered }: Props) {
  const design = (palette: Palette): ChartOptions => ({
    scales: {
      x: { range: () => [from / 1000, to / 1000] },
      y: { range: (_, lowest, highest) => [-topOf(-(lowest ?? 0)), topOf(highest ?? 0)] },
    },
    axes: axesOf(palette, {
      splits: () => marks.map((mark) => mark / 1000),
      values: (chart, splits) => splits.map((time) => nameMark(time * 1000, chart.width < NARROW_PX)),
      align: 1,
    }),
    series: [{}, bars(palette.in), bars(palette.out)],
  });
  const inputs = [from, to, marks.length];
  return (
    <Chart label={label} columns={columns} heightPx={220} design={design} inputs={inputs} hovered={hovered} />
  );
}

function bars(colour: string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.72, 40], align: 1 });
  return { fill: colour, stroke: colour, width: 0, points: { show: false }, ...(paths ? { paths } : {}) };
}
