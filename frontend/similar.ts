/** While a name is typed: what may already be there, as links under the field. It warns and never blocks. */
import { element } from "./elements";

interface Similar { name: string; url: string; score: number | null }

const PAUSE = 300;
const ADDRESS = /^-\d+-(country|postcode|city|lines)$/;

async function look(input: HTMLInputElement, list: HTMLElement): Promise<void> {
  const query = new URLSearchParams({ known: input.dataset.ofKnown ?? "" });
  for (const name of (input.dataset.ofWatched ?? "").split(" ")) {
    query.set(name, input.form?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? "");
  }
  for (const [name, value] of addresses(input)) query.append(name, value);
  const response = await fetch(`${input.dataset.ofSimilar}?${query}`, { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const { similar } = (await response.json()) as { similar: Similar[] };
  list.replaceChildren();
  list.hidden = similar.length === 0;
  if (similar.length === 0) return;
  list.append(element("span", {}, input.dataset.ofText ?? ""));
  for (const one of similar) list.append(element("a", { href: one.url, target: "_blank" }, one.name));
}

/** What the form's addresses say so far, line by line. */
function addresses(input: HTMLInputElement): [string, string][] {
  const prefix = input.dataset.ofAddresses;
  if (!prefix || !input.form) return [];
  const found: [string, string][] = [];
  for (const field of Array.from(input.form.elements)) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)) continue;
    const parts = ADDRESS.exec(field.name.startsWith(`${prefix}-`) ? field.name.slice(prefix.length) : "");
    if (parts?.[1]) found.push([parts[1], field.value]);
  }
  return found;
}

/** Watch the fields that say where to look. */
export function startSimilar(): void {
  document.querySelectorAll<HTMLInputElement>("input[data-of-similar]").forEach((input) => {
    const list = element("div", { class: "of-similar", role: "status" });
    list.hidden = true;
    input.insertAdjacentElement("afterend", list);
    let timer = 0;
    const later = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void look(input, list), PAUSE);
    };
    input.addEventListener("input", () => {
      input.insertAdjacentElement("afterend", list);
      later();
    });
    const prefix = input.dataset.ofAddresses;
    if (prefix) {
      input.form?.addEventListener("input", (event) => {
        const field = event.target as HTMLInputElement | null;
        const name = field?.name ?? "";
        if (!name.startsWith(`${prefix}-`) || !ADDRESS.test(name.slice(prefix.length)) || !input.value) return;
        field?.closest("[data-inline-type]")?.prepend(list);     // the name may stand on another tab: tell it where one types
        later();
      });
    }
  });
}
