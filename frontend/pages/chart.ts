/**
 * Draws the charts of a page from the data beside their tables (apps/kernel/charts.py). The table is what everybody can read and reach
 * with the keyboard; once the picture stands, it folds away. SVG, colours from the page's variables, drawn anew when the theme changes.
 */
import { BarChart, LineChart, PieChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, type EChartsType, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

interface Row { label: string; values: (number | null)[]; urls: string[] }
interface Data { title: string; unit: string; kind: "bar" | "stacked" | "line" | "donut"; about: string; series: string[]; rows: Row[] }
interface Item { seriesIndex?: number; dataIndex?: number; value?: unknown }

const COLOURS = 6;
const NARROW = 480; // pixels: below, names get less room
const root = document.documentElement;
const language = root.lang || "en";
const numbers = new Intl.NumberFormat(language);
const shares = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });

const shown = (value: unknown): string => (typeof value === "number" ? numbers.format(value) : "–");

/** The page's colours as they are now. */
function look(holder: Element) {
  const style = getComputedStyle(holder);
  const colour = (name: string): string => style.getPropertyValue(`--of-chart-${name}`).trim();
  return {
    text: colour("text"), strong: colour("strong"), line: colour("line"), surface: colour("surface"), font: style.fontFamily,
    palette: Array.from({ length: COLOURS }, (_, place) => colour(String(place + 1))),
  };
}

type Look = ReturnType<typeof look>;

function legend(colours: Look): EChartsCoreOption {
  return {
    type: "scroll", bottom: 0, icon: "roundRect", itemWidth: 22, itemHeight: 14, textStyle: { color: colours.text, fontSize: 13 },
    pageTextStyle: { color: colours.text }, pageIconColor: colours.strong, pageIconInactiveColor: colours.line,
  };
}

/** What every kind has in common. */
function common(data: Data, colours: Look): EChartsCoreOption {
  const several = data.series.length > 1;
  return {
    animation: false,
    color: colours.palette,
    textStyle: { fontFamily: colours.font, color: colours.text },
    aria: { enabled: true, label: { description: data.about }, decal: { show: data.kind === "stacked" || data.kind === "donut" } },
    tooltip: {
      trigger: data.kind === "donut" || data.kind === "bar" ? "item" : "axis", confine: true, valueFormatter: shown,
      axisPointer: { type: data.kind === "line" ? "line" : "shadow" }, backgroundColor: colours.surface, borderColor: colours.line,
      textStyle: { color: colours.strong, fontSize: 13 },
    },
    legend: several ? { ...legend(colours), ...(data.kind === "line" ? { icon: undefined } : {}) } : undefined,
  };
}

function axes(data: Data, colours: Look, width: number): EChartsCoreOption {
  const lying = data.kind !== "line";
  const narrow = width < NARROW;
  const names = {
    type: "category", data: data.rows.map((row) => row.label), inverse: lying, boundaryGap: lying, axisTick: { show: false },
    axisLine: { lineStyle: { color: colours.line } },
    axisLabel: { color: colours.text, fontSize: 13, ...(lying ? { width: narrow ? 104 : 170, overflow: "truncate" } : {}) },
  };
  const values = {
    type: "value", splitNumber: narrow ? 2 : 4, splitLine: { lineStyle: { color: colours.line } }, minInterval: 1,
    axisLabel: { color: colours.text, formatter: shown, hideOverlap: true },
  };
  return {
    grid: { left: 4, right: data.kind === "bar" ? 56 : 16, top: 8, bottom: data.series.length > 1 ? 40 : 4, containLabel: true },
    xAxis: lying ? values : names,
    yAxis: lying ? names : values,
  };
}

/** Beside the ring where there is room, else under it: each part's name, value and share. */
function donut(data: Data, colours: Look, narrow: boolean): EChartsCoreOption {
  const rows = data.rows.filter((row) => row.values[0]);
  const total = rows.reduce((sum, row) => sum + (row.values[0] ?? 0), 0);
  const about = new Map(rows.map((row) => [row.label, `${shown(row.values[0])} · ${shares.format((row.values[0] ?? 0) / total)}`]));
  return {
    legend: narrow ? { ...legend(colours), type: "plain", orient: "vertical", left: "center",
      formatter: (name: string) => `${name}: ${about.get(name)}` } : undefined,
    series: [{
      type: "pie", name: data.unit, radius: ["44%", "72%"], ...(narrow ? { bottom: rows.length * 24, radius: ["50%", "90%"] } : {}),
      data: rows.map((row) => ({ name: row.label, value: row.values[0], url: row.urls[0] ?? "" })),
      itemStyle: { borderColor: colours.surface, borderWidth: 2 }, labelLine: { lineStyle: { color: colours.line } },
      label: { show: !narrow, color: colours.text, fontSize: 13, lineHeight: 17,
        formatter: (item: { name: string }) => `${item.name}\n${about.get(item.name)}` },
    }],
  };
}

function series(data: Data, colours: Look): EChartsCoreOption {
  const valueLabel = { show: true, position: "right", color: colours.strong, formatter: (item: Item) => shown(item.value) };
  return {
    series: data.series.map((name, place) => ({
      name, type: data.kind === "line" ? "line" : "bar", stack: data.kind === "stacked" ? "all" : undefined, barMaxWidth: 22,
      data: data.rows.map((row) => ({ value: row.values[place] ?? null, url: row.urls[place] ?? "" })),
      symbolSize: 7, symbol: ["circle", "rect", "triangle", "diamond", "roundRect", "pin"][place % 6],
      label: data.kind === "bar" ? valueLabel : undefined,
    })),
  };
}

function option(data: Data, holder: HTMLElement): EChartsCoreOption {
  const colours = look(holder);
  const width = holder.clientWidth;
  const own = data.kind === "donut" ? donut(data, colours, width < NARROW) : { ...axes(data, colours, width), ...series(data, colours) };
  return { ...common(data, colours), ...own };
}

/** Only an address of this site is followed. */
function follow(chart: EChartsType): void {
  chart.on("click", (item) => {
    const { url } = (item.data ?? {}) as { url?: string };
    if (url?.startsWith("/") && !url.startsWith("//")) location.assign(url);
  });
}

function draw(holder: HTMLElement): void {
  const source = document.getElementById(holder.dataset.ofChart ?? "");
  if (!source?.textContent || holder.dataset.ofDrawn) return;
  const data = JSON.parse(source.textContent) as Data;
  const lying = data.kind === "bar" || data.kind === "stacked";
  holder.dataset.ofDrawn = "yes";
  holder.hidden = false;
  holder.style.height = `${lying ? Math.max(180, data.rows.length * 27 + (data.series.length > 1 ? 76 : 40)) : 300}px`;
  const chart = init(holder, null, { renderer: "svg" });
  const paint = (): void => chart.setOption(option(data, holder), true);
  paint();
  follow(chart);
  new ResizeObserver(() => {
    chart.resize();
    paint();
  }).observe(holder);
  new MutationObserver(paint).observe(root, { attributes: true, attributeFilter: ["class"] });
  const table = holder.parentElement?.querySelector<HTMLDetailsElement>(".of-chart-table");
  if (table) table.open = false;
}

/** The body is hidden until Alpine has started: a picture has no width before. */
function start(): void {
  document.querySelectorAll<HTMLElement>("[data-of-chart]").forEach(draw);
}

if (document.body.hasAttribute("x-cloak")) document.addEventListener("alpine:initialized", () => requestAnimationFrame(start), { once: true });
else start();
