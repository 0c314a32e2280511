/** Fetches the drawing of charts (echarts, some 200 kB) where a page has one; over a slow or saved connection its table is enough. */
import { element } from "./elements";

interface Connection { saveData?: boolean; effectiveType?: string }

function slow(): boolean {
  const { connection } = navigator as { connection?: Connection };
  return connection?.saveData === true || /^(slow-)?2g$/.test(connection?.effectiveType ?? "");
}

export function startCharts(): void {
  const script = document.querySelector<HTMLElement>("[data-of-chart]")?.dataset.ofScript;
  if (script && !slow()) document.head.append(element("script", { src: script }));
}
