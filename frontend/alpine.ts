/**
 * Alpine without eval, in the place of the build Unfold ships, which a strict Content-Security-Policy stops.
 * That build finds only registered names, so Unfold's global functions are registered here, and what its templates
 * write as several statements or with browser globals becomes the `page` component (see templates/overrides.json).
 */
import Alpine from "@alpinejs/csp";

interface Reactive {
  $el: HTMLElement;
  $watch(name: string, callback: (value: boolean) => void): void;
}

const SIDEBAR = "sidebarDesktopOpen";
const root = document.documentElement;

/** The names Unfold's expressions expect in every scope; wrapped, as the build refuses values that are globals themselves. */
const shared = {
  window: {
    location: {
      get pathname() {
        return location.pathname;
      },
      get search() {
        return location.search;
      },
    },
  },
  sortRecords: (event: unknown) => sortRecords(event),
  moveRecords: (event: unknown) => moveRecords(event),
};

window.Alpine = Alpine;

Alpine.data("theme", (initial) => {
  const component = theme(initial as string | undefined);
  return {
    ...component,
    ...shared,
    init() {
      // theme.ts painted the page early; from here on Alpine owns the class.
      if (root.classList.contains("of-early")) root.classList.remove("of-early", "dark", "light");
      component.init.call(this);
    },
  };
});

Alpine.data("searchForm", () => searchForm());

Alpine.data("page", () => ({
  activeTab: "",
  sidebarMobileOpen: false,
  sidebarDesktopOpen: localStorage.getItem(SIDEBAR) !== "0",
  init(this: Reactive & { activeTab: string }) {
    this.activeTab = getCurrentTab() || this.$el.dataset.tab || "";
    this.$watch(SIDEBAR, (open) => localStorage.setItem(SIDEBAR, open ? "1" : "0"));
  },
}));

// Nothing a server sends may be run as code, by htmx either.
if (window.htmx) window.htmx.config.allowEval = false;

Alpine.start();
