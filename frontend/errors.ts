/** A form that came back with errors: a summary whose entries lead to the fields, and the focus in the first of them. */
import { element, visible } from "./elements";
import { text } from "./page";

interface FieldError {
  field: HTMLElement;
  label: string;
  message: string;
}

const FIELDS = "input:not([type=hidden]), select, textarea";

/** The field an error list stands beside: named by the list's id (Django), else the one in the same row. */
function fieldOf(list: Element): HTMLElement | null {
  const byId = list.id.endsWith("_error") ? document.getElementById(list.id.slice(0, -"_error".length)) : null;
  if (byId?.matches(FIELDS)) return byId;
  let row: Element | null = list.parentElement;
  while (row && row.tagName !== "FORM") {
    const field = row.querySelector<HTMLElement>(FIELDS);
    if (field) return field;
    row = row.parentElement;
  }
  return null;
}

function labelOf(field: HTMLElement): string {
  const label = field.id ? document.querySelector(`label[for="${CSS.escape(field.id)}"]`) : null;
  const words = label?.textContent ?? field.getAttribute("aria-label") ?? field.closest("[data-label]")?.getAttribute("data-label");
  return (words ?? field.getAttribute("name") ?? "").replace(/[:*]/g, "").trim();
}

function collect(): FieldError[] {
  const found: FieldError[] = [];
  for (const list of document.querySelectorAll("#content form ul.errorlist:not(.nonfield), form ul.of-errors")) {
    const field = fieldOf(list);
    if (!field || found.some((error) => error.field === field)) continue;
    field.setAttribute("aria-invalid", "true");
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
    if (list.id && !described.includes(list.id)) field.setAttribute("aria-describedby", [...described, list.id].join(" "));
    found.push({ field, label: labelOf(field), message: (list.textContent ?? "").trim().replace(/\s+/g, " ") });
  }
  return found;
}

/** Opens the tab a field lies in, if any, then moves the focus to it. */
export function reveal(field: HTMLElement): void {
  const body = window.Alpine.$data(document.body);
  const inline = field.closest<HTMLElement>("[data-inline-type]");
  body.activeTab = inline?.getAttribute("x-show")?.match(/'([^']+)'/)?.[1] ?? "general";
  const pane = field.closest<HTMLElement>("[x-show^=activeFieldsetTab]");
  const tab = pane?.getAttribute("x-show")?.match(/'([^']+)'/)?.[1];
  if (pane && tab) window.Alpine.$data(pane).activeFieldsetTab = tab;
  const stand = field.classList.contains("select2-hidden-accessible") ? field.parentElement?.querySelector<HTMLElement>(".select2-selection") : null;
  focusWhenShown(stand ?? field);
}

/** Alpine shows a tab a moment after it was chosen; what is hidden cannot take the focus. */
function focusWhenShown(target: HTMLElement, frames = 30): void {
  requestAnimationFrame(() => {
    if (!visible(target) && frames > 0) {
      focusWhenShown(target, frames - 1);
      return;
    }
    target.scrollIntoView({ block: "center" });
    target.focus();
  });
}

export function startErrors(): void {
  const note = document.querySelector<HTMLElement>(".of-errornote");
  const errors = collect();
  if (!note || errors.length === 0) return;
  const items = errors.map(({ field, label, message }) => {
    const link = element("a", { href: field.id ? `#${field.id}` : "#" }, label ? text("fieldError", { label, message }) : message);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      reveal(field);
    });
    return element("li", {}, link);
  });
  note.append(element("ul", { class: "of-error-summary" }, ...items));
  const first = errors[0];
  if (first) reveal(first.field);
}
