/** While a name is typed: what may already be there, as links under the field. It warns and never blocks. */
import { element } from "./elements";

interface Similar { name: string; url: string; score: number | null }

const PAUSE = 300;

async function look(input: HTMLInputElement, list: HTMLElement): Promise<void> {
  const query = new URLSearchParams({ known: input.dataset.ofKnown ?? "" });
  for (const name of (input.dataset.ofWatched ?? "").split(" ")) {
    query.set(name, input.form?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value ?? "");
  }
  const response = await fetch(`${input.dataset.ofSimilar}?${query}`, { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const { similar } = (await response.json()) as { similar: Similar[] };
  list.replaceChildren();
  list.hidden = similar.length === 0;
  if (similar.length === 0) return;
  list.append(element("span", {}, input.dataset.ofText ?? ""));
  for (const one of similar) list.append(element("a", { href: one.url, target: "_blank" }, one.name));
}

/** Watch the fields that say where to look. */
export function startSimilar(): void {
  document.querySelectorAll<HTMLInputElement>("input[data-of-similar]").forEach((input) => {
    const list = element("div", { class: "of-similar", role: "status" });
    list.hidden = true;
    input.insertAdjacentElement("afterend", list);
    let timer = 0;
    input.addEventListener("input", () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void look(input, list), PAUSE);
    });
  });
}
