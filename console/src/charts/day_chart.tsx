// How many were inside over a day, before bands that say when that is close to too many.

import type { Signal } from "@preact/signals";
import uPlot from "uplot";
import { formatMinute } from "../app/words";
import { axesOf, Chart, type ChartOptions, type Palette } from "./chart";
import { type Columns, type Limits, topOf } from "./series";

interface Props {
  label: string;
  columns: Columns;
  /** The day, in milliseconds. */
  from: number;
  to: number;
  limits: Limits | null;
  timeZone: string;
  hovered: Signal<number | null>;
}

export function DayChart({ label, columns, from, to, limits, timeZone, hovered }: Props) {
  const design = (palette: Palette): ChartOptions => ({
    scales: {
      x: { range: () => [from / 1000, to / 1000] },
      y: { range: (_, __, highest) => [0, topOf(Math.max(highest ?? 0, limits?.exceeded ?? 0))] },
    },
    axes: axesOf(palette, {
      space: 56,
      values: (_, splits) => splits.map((time) => formatMinute(time * 1000, timeZone)),
    }),
    series: [
      {},
      {
        stroke: palette.accent,
        width: 2,
        fill: `${palette.accent}22`,
        ...stepped(),
        points: { show: false },
      },
    ],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), timeZone),
    plugins: limits ? [bandsPlugin(limits, palette)] : [],
  });
  const inputs = [from, to, limits?.warning, limits?.exceeded, timeZone];
  return (
    <Chart label={label} columns={columns} heightPx={220} design={design} inputs={inputs} hovered={hovered} />
  );
}

/** A level holds until the next one. */
function stepped(): Pick<uPlot.Series, "paths"> {
  const paths = uPlot.paths.stepped?.({ align: 1 });
  return paths ? { paths } : {};
}

function bandsPlugin(limits: Limits, palette: Palette): uPlot.Plugin {
  const bands = [
    { from: limits.warning, to: limits.exceeded, colour: palette.warn, name: "warning" },
    { from: limits.exceeded, to: Number.POSITIVE_INFINITY, colour: palette.bad, name: "exceeded" },
  ];
  return {
    hooks: {
      drawClear: (chart) => {
        for (const band of bands) drawBand(chart, band);
      },
    },
  };
}

function drawBand(chart: uPlot, band: { from: number; to: number; colour: string; name: string }): void {
  const { ctx: context, bbox } = chart;
  const bottom = chart.valToPos(band.from, "y", true);
  const top = Number.isFinite(band.to) ? chart.valToPos(band.to, "y", true) : bbox.top;
  const density = devicePixelRatio;
  context.save();
  context.fillStyle = `${band.colour}1c`;
  context.fillRect(bbox.left, top, bbox.width, bottom - top);
  context.strokeStyle = band.colour;
  context.lineWidth = density;
  context.setLineDash([4 * density, 4 * density]);
  context.beginPath();
  context.moveTo(bbox.left, bottom);
  context.lineTo(bbox.left + bbox.width, bottom);
  context.stroke();
  context.fillStyle = band.colour;
  context.font = `${11 * density}px system-ui, sans-serif`;
  context.textAlign = "right";
  context.textBaseline = "bottom";
  context.fillText(
    `${band.name} at ${Number(band.from.toFixed(1))}`,
    bbox.left + bbox.width - 6 * density,
    bottom - 3 * density,
  );
  context.restore();
}
