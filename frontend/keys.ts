/** The keyboard's way through lists and forms. Never while somebody types in a field. */
import { announce, dialogOpen, typing, visible } from "./elements";
import { openHelp } from "./help";
import { page, text } from "./page";

const SEQUENCE_MS = 1200;
let goPressed = 0;
let current = -1;

function rows(): HTMLTableRowElement[] {
  return [...document.querySelectorAll<HTMLTableRowElement>("#result_list tr.data-row")];
}

function currentRow(): HTMLTableRowElement | undefined {
  return rows()[current];
}

function move(step: number): void {
  const all = rows();
  if (all.length === 0) return;
  currentRow()?.classList.remove("of-current");
  current = Math.min(Math.max(current + step, 0), all.length - 1);
  const row = all[current];
  if (!row) return;
  row.classList.add("of-current");
  row.scrollIntoView({ block: "nearest" });
  const link = row.querySelector<HTMLElement>("th a, td a");
  if (link) link.focus({ preventScroll: true });
  else announce(text("rowOf", { row: current + 1, rows: all.length }));
}

/** Back from a record or an action: the row it was about, named by the address, is the current one. */
export function standOnRow(): void {
  const key = /^#row-(\d+)$/.exec(location.hash)?.[1];
  if (!key) return;
  const found = rows().findIndex((row) => row.id === `row-${key}` || row.querySelector<HTMLInputElement>("input.action-select")?.value === key);
  if (found < 0) return;
  current = found;
  move(0);
  currentRow()?.scrollIntoView({ block: "center" });
}

function select(): void {
  currentRow()?.querySelector<HTMLInputElement>("input.action-select")?.click();
}

function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>("#searchbar");
  if (field) {
    field.focus();
    field.select();
  } else {
    document.dispatchEvent(new CustomEvent("of:palette"));
  }
}

function follow(link: HTMLAnchorElement | null | undefined): void {
  if (link?.href) location.assign(link.href);
}

/** The row's record on a list; the first field on a form. */
function edit(): void {
  const row = currentRow();
  if (row) follow(row.querySelector<HTMLAnchorElement>("th a[href], td a[href]"));
  else {
    const fields = document.querySelectorAll<HTMLElement>("#content-main form input:not([type=hidden]), #content-main form select, #content-main form textarea");
    [...fields].find(visible)?.focus();
  }
}

function save(): boolean {
  const button = ["_continue", "_save"].map((name) => document.querySelector<HTMLButtonElement>(`[name="${name}"]`)).find(Boolean);
  button?.click();
  return button !== undefined && button !== null;
}

const SINGLE: Record<string, () => void> = {
  "/": focusSearch,
  "?": openHelp,
  c: () => follow(document.querySelector<HTMLAnchorElement>("a.addlink[href]")),
  e: edit,
  j: () => move(1),
  k: () => move(-1),
  x: select,
};

function onKey(event: KeyboardEvent): void {
  const command = event.ctrlKey || event.metaKey;
  if (command && !event.altKey && event.key.toLowerCase() === "s" && !dialogOpen()) {
    if (save()) event.preventDefault();
    return;
  }
  if (command || event.altKey || event.defaultPrevented || typing() || dialogOpen()) return;
  if (event.key === "h" && Date.now() - goPressed < SEQUENCE_MS) {
    location.assign(page.home);
    return;
  }
  goPressed = event.key === "g" ? Date.now() : 0;
  const run = SINGLE[event.key];
  if (!run) return;
  event.preventDefault();
  run();
}

export function startKeys(): void {
  if (page.user) document.addEventListener("keydown", onKey);
}
