/** What Unfold's own scripts (app.js, loaded first) declare as globals, and the modules that ship no types. */

type Component = Record<string, unknown>;

declare module "@alpinejs/csp" {
  interface Alpine {
    data(name: string, provider: (...args: unknown[]) => object): void;
    $data(element: Element): Record<string, unknown>;
    start(): void;
  }
  const alpine: Alpine;
  export default alpine;
}

interface Window {
  Alpine: { $data(element: Element): Record<string, unknown>; start(): void };
  django?: { jQuery?: (root: Element) => { on(name: string, selector: string, run: (event: { target: unknown }) => void): void } };
  htmx?: { config: Record<string, unknown> };
}

declare function theme(initial?: string): Component & { init(): void };
declare function searchForm(): Component;
declare function getCurrentTab(): string | null;
declare function sortRecords(event: unknown): void;
declare const moveRecords: (event: unknown) => boolean | undefined;

/** Land and borders of Natural Earth, simplified for 1:50 million; esbuild puts them into the page's script. */
declare module "world-atlas/countries-50m.json" {
  const topology: import("topojson-specification").Topology<{ countries: import("topojson-specification").GeometryCollection }>;
  export default topology;
}

/** Styles that a page's script brings along: esbuild writes them beside it. */
declare module "*.css";
