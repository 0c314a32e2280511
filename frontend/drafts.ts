/**
 * Keeps what is typed in a change form in this browser until the server has it, and offers it again.
 * One draft per user and address; it knows the version of the record it was typed upon. Passwords and files are not kept.
 */
import { announce, banner } from "./elements";
import { page, store, text } from "./page";

interface Draft {
  version: string;
  at: number;
  fields: [string, string][];
}

const KEPT_DAYS = 14;
const DELAY_MS = 400;
const SENT = "of:sent";
const INTERNAL = /^(csrfmiddlewaretoken|_.*|.*-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS)$/;

const prefix = `of:draft:${page.user}:`;
const key = prefix + location.pathname;

function formOnPage(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("body.change-form #content-main > form[method=post], form[data-of-draft]");
}

function versionField(form: HTMLFormElement): HTMLInputElement | null {
  return form.querySelector<HTMLInputElement>("input[name=_version]");
}

function versionOf(form: HTMLFormElement): string {
  return versionField(form)?.value ?? "";
}

function keepable(field: Element): field is HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) return false;
  if (!field.name || INTERNAL.test(field.name) || field.name.includes("__prefix__")) return false;
  return !["password", "file", "submit", "button"].includes(field.type);
}

function read(form: HTMLFormElement): [string, string][] {
  const fields: [string, string][] = [];
  for (const field of form.elements) {
    if (!keepable(field)) continue;
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
      fields.push([field.name, field.checked ? `+${field.value}` : `-${field.value}`]);
    } else if (field instanceof HTMLSelectElement) {
      for (const option of field.selectedOptions) fields.push([field.name, JSON.stringify([option.value, option.text])]);
    } else {
      fields.push([field.name, field.value]);
    }
  }
  return fields;
}

function selectValues(field: HTMLSelectElement, values: string[]): void {
  const chosen = values.map((value) => JSON.parse(value) as [string, string]);
  for (const [value, label] of chosen) {
    // An autocomplete field knows only the choices it has shown.
    if (![...field.options].some((option) => option.value === value)) field.add(new Option(label, value));
  }
  for (const option of field.options) option.selected = chosen.some(([value]) => value === option.value);
}

/** Rows added to an inline exist only after its button was pressed as often as the draft needs. */
function growInlines(form: HTMLFormElement, names: Set<string>): void {
  for (const total of form.querySelectorAll<HTMLInputElement>("input[name$=-TOTAL_FORMS]")) {
    const formset = total.name.replace(/-TOTAL_FORMS$/, "");
    const rows = [...names].map((name) => (name.startsWith(`${formset}-`) ? Number(name.slice(formset.length + 1).split("-")[0]) + 1 : 0));
    const add = document.querySelector<HTMLElement>(`#${CSS.escape(formset)}-group .add-row`);
    for (let count = Number(total.value); add && count < Math.max(0, ...rows); count += 1) add.click();
  }
}

function restore(form: HTMLFormElement, draft: Draft): void {
  // What was typed upon an older version is sent as such: the server then shows yours, theirs and base instead of overwriting.
  const version = versionField(form);
  if (version) version.value = draft.version;
  const wanted = new Map<string, string[]>();
  for (const [name, value] of draft.fields) wanted.set(name, [...(wanted.get(name) ?? []), value]);
  growInlines(form, new Set(wanted.keys()));
  for (const field of [...form.elements]) {
    const values = keepable(field) ? wanted.get(field.name) : undefined;
    if (!keepable(field) || !values) continue;
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) field.checked = values.includes(`+${field.value}`);
    else if (field instanceof HTMLSelectElement) selectValues(field, values);
    else field.value = values[0] ?? "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function offer(form: HTMLFormElement, draft: Draft): void {
  const at = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  const stale = draft.version !== versionOf(form);
  const bar = banner(
    "of-draft",
    stale ? text("draftStale", { at }) : text("draftFound", { at }),
    [
      [text("draftRestore"), () => {
        restore(form, draft);
        bar.remove();
        announce(text("draftRestored"));
      }],
      [text("draftDiscard"), () => {
        store.remove(key);
        bar.remove();
      }],
    ],
    stale ? "warning" : "info",
  );
}

/** What was sent is forgotten once a later page shows that the server took it. */
function settle(): void {
  const sent = sessionStorage.getItem(SENT);
  sessionStorage.removeItem(SENT);
  if (!sent) return;
  const refused = document.querySelector(".of-errornote, .of-messages [data-level=error]");
  const taken = sent !== key || document.querySelector(".of-messages [data-level=success]");
  if (taken && !refused) store.remove(sent);
}

function forgetOld(): void {
  const limit = Date.now() - KEPT_DAYS * 86_400_000;
  for (const name of store.keys("of:draft:")) {
    if (store.read<Draft>(name, { version: "", at: 0, fields: [] }).at < limit) store.remove(name);
  }
}

export function startDrafts(): void {
  if (!page.user) return;
  settle();
  forgetOld();
  // Leaving for good on a shared workstation leaves nothing behind.
  document.getElementById("logout-form")?.addEventListener("submit", () => {
    for (const name of [...store.keys(prefix), ...store.keys(`of:recent:${page.user}`)]) store.remove(name);
  });
  const form = formOnPage();
  if (!form) return;
  const initial = JSON.stringify(read(form));
  const draft = store.read<Draft | null>(key, null);
  if (draft && JSON.stringify(draft.fields) !== initial) offer(form, draft);

  let timer = 0;
  const keep = () => {
    const fields = read(form);
    if (JSON.stringify(fields) === initial) store.remove(key);
    else store.write(key, { version: versionOf(form), at: Date.now(), fields } satisfies Draft);
  };
  const later = (event: { isTrusted?: boolean; target: unknown }) => {
    if (!event.isTrusted && !(event.target as Element).matches("select")) return;
    clearTimeout(timer);
    timer = window.setTimeout(keep, DELAY_MS);
  };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  // Autocomplete fields tell only jQuery.
  window.django?.jQuery?.(form).on("change", "select", later);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep();
    sessionStorage.setItem(SENT, key);
  });
}
