/**
 * Makes what Unfold builds from plain elements reachable by keyboard and named for screen readers:
 * clickable spans and links without address become buttons, icon ligatures ("arrow_back") are not read out.
 */
import { text } from "./page";

const NATIVE = "a[href], button, input, select, textarea, summary, label";

function press(event: KeyboardEvent): void {
  if (event.key !== "Enter" && event.key !== " ") return;
  if (event.target !== event.currentTarget) return;
  event.preventDefault();
  (event.currentTarget as HTMLElement).click();
}

function asButton(target: HTMLElement): void {
  if (target.matches(NATIVE) || target.hasAttribute("tabindex") || !target.hasAttribute("x-on:click")) return;
  if (target.matches("#changelist-filter-close, td, th")) return; // a backdrop, or a cell that must stay a cell
  target.setAttribute("tabindex", "0");
  target.setAttribute("role", "button");
  target.addEventListener("keydown", press);
}

function nameIcon(icon: HTMLElement): void {
  const holder = icon.closest<HTMLElement>("a, button, [role=button]");
  if (holder === icon) {
    const otherwise = icon.textContent?.trim() === "close" ? text("close") : text("more");
    if (!icon.hasAttribute("aria-label")) icon.setAttribute("aria-label", icon.title || otherwise);
    return;
  }
  icon.setAttribute("aria-hidden", "true");
  if (!holder || holder.hasAttribute("aria-label")) return;
  const words = [...holder.childNodes].filter((node) => node !== icon && !(node as Element).classList?.contains("material-symbols-outlined"));
  if (words.some((node) => node.textContent?.trim())) return;
  holder.setAttribute("aria-label", holder.title || text("more"));
}

/** Autocomplete fields: the visible box takes the label of the select it stands for. */
function nameAutocompletes(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>(".select2-selection")) {
    const select = box.closest(".select2-container")?.previousElementSibling;
    const label = select?.id ? document.querySelector(`label[for="${CSS.escape(select.id)}"]`) : null;
    const name = (label?.textContent ?? select?.getAttribute("aria-label") ?? text("more")).replace(/[:*]/g, "").trim();
    box.setAttribute("aria-label", name);
    box.removeAttribute("aria-labelledby");
    box.querySelector("[role=textbox]")?.setAttribute("aria-label", name);
    box.querySelector("input")?.setAttribute("aria-label", name);
  }
  for (const icon of root.querySelectorAll<HTMLElement>("span.help-tooltip[aria-label]")) icon.setAttribute("role", "img");
}

function mend(root: ParentNode): void {
  root.querySelectorAll<HTMLElement>("[x-on\\:click]").forEach(asButton);
  root.querySelectorAll<HTMLElement>(".material-symbols-outlined").forEach(nameIcon);
  root.querySelectorAll<HTMLElement>("[x-on\\:click*=openTheme]").forEach((target) => target.setAttribute("aria-label", text("theme")));
  root.querySelectorAll<HTMLElement>("#searchbar").forEach((field) => field.setAttribute("aria-label", text("search")));
  root.querySelectorAll<HTMLElement>("#searchbar-submit").forEach((button) => button.setAttribute("aria-label", text("search")));
  nameAutocompletes(root);
  // Scrollable areas must be reachable by keyboard where they scroll.
  root.querySelectorAll<HTMLElement>(".simplebar-content-wrapper").forEach((area) => area.setAttribute("aria-label", text("scrollable")));
}

/** On a phone each cell shows its column's name, which Django gives in lower case. */
function capitalizeLabels(): void {
  for (const cell of document.querySelectorAll<HTMLElement>("#result_list [data-label]")) {
    const label = cell.dataset.label ?? "";
    cell.dataset.label = label.charAt(0).toUpperCase() + label.slice(1);
  }
}

export function startAccessibility(): void {
  mend(document);
  capitalizeLabels();
  // Calendars, autocomplete fields, rows added and fragments fetched come later.
  new MutationObserver((changes) => {
    const parents = new Set(changes.filter((change) => change.addedNodes.length > 0).map((change) => change.target as HTMLElement));
    parents.forEach(mend);
  }).observe(document.body, { childList: true, subtree: true });
}
