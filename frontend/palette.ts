/**
 * Ctrl+K: one field that finds pages and records. A combobox with a list of options in groups (WAI-ARIA practice);
 * the server searches under the rights of the user and answers {groups: [{label, items: [{title, subtitle, url}]}]}.
 */
import { element } from "./elements";
import { page, store, text } from "./page";

interface Item {
  title: string;
  subtitle?: string;
  url: string;
}
interface Group {
  label: string;
  items: Item[];
}

const DELAY_MS = 150;
const RECENTS = 8;
const recentKey = `of:recent:${page.user}`;

class Palette {
  private options: HTMLElement[] = [];
  private current = -1;
  private timer = 0;
  private running: AbortController | null = null;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly status: HTMLElement;

  constructor(private readonly dialog: HTMLDialogElement) {
    this.input = dialog.querySelector("input") as HTMLInputElement;
    this.list = dialog.querySelector("[role=listbox]") as HTMLElement;
    this.status = dialog.querySelector("[role=status]") as HTMLElement;
    this.input.addEventListener("input", () => this.searchSoon());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.onClick(event));
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    dialog.addEventListener("close", () => this.running?.abort());
  }

  open(): void {
    if (this.dialog.open) return;
    this.input.value = "";
    this.show(this.recents());
    this.dialog.showModal();
    this.input.focus();
    void this.search();
  }

  private recents(): Group[] {
    const items = store.read<Item[]>(recentKey, []);
    return items.length ? [{ label: text("recents"), items }] : [];
  }

  private searchSoon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.search(), DELAY_MS);
  }

  private async search(): Promise<void> {
    this.running?.abort();
    this.running = new AbortController();
    const query = this.input.value.trim();
    const url = new URL(this.dialog.dataset.url ?? "", location.href);
    url.searchParams.set("q", query);
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.running.signal });
      if (answer.status === 401 || answer.redirected) return this.say(text("sessionClosed"));
      if (!answer.ok) return this.say(text("searchFailed"));
      const found = (await answer.json()) as { groups: Group[] };
      if (this.input.value.trim() === query) this.show([...(query ? [] : this.recents()), ...found.groups]);
    } catch (error) {
      if ((error as Error).name !== "AbortError") this.say(text("unreachable"));
    }
  }

  private say(message: string): void {
    this.status.textContent = message;
  }

  private show(groups: Group[]): void {
    this.options = [];
    const filled = groups.filter((group) => group.items.length > 0);
    this.list.replaceChildren(...filled.map((group, index) => this.group(group, index)));
    this.highlight(this.options.length ? 0 : -1);
    this.input.setAttribute("aria-expanded", String(this.options.length > 0));
    const asked = this.input.value.trim() !== "";
    this.say(this.options.length ? text("found", { count: this.options.length }) : asked ? text("nothingFound") : "");
  }

  private group(group: Group, index: number): HTMLElement {
    const heading = element("div", { class: "of-palette-heading", id: `of-palette-group-${index}`, role: "presentation" }, group.label);
    const holder = element("div", { role: "group", "aria-labelledby": heading.id }, heading);
    for (const item of group.items) {
      const option = element("div", { role: "option", id: `of-palette-option-${this.options.length}`, "aria-selected": "false", class: "of-palette-option" });
      option.dataset.url = item.url;
      option.append(element("span", { class: "of-palette-title" }, item.title));
      if (item.subtitle) option.append(element("span", { class: "of-palette-subtitle" }, item.subtitle));
      this.options.push(option);
      holder.append(option);
    }
    return holder;
  }

  private highlight(index: number): void {
    this.options[this.current]?.setAttribute("aria-selected", "false");
    this.current = index;
    const option = this.options[index];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  private onKey(event: KeyboardEvent): void {
    const last = this.options.length - 1;
    const steps: Record<string, number> = {
      ArrowDown: this.current >= last ? 0 : this.current + 1,
      ArrowUp: this.current <= 0 ? last : this.current - 1,
    };
    const step = steps[event.key];
    if (step !== undefined && last >= 0) {
      event.preventDefault();
      this.highlight(step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = this.options[this.current];
      if (option) this.go(option, event.ctrlKey || event.metaKey);
    }
  }

  private onClick(event: MouseEvent): void {
    const option = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
    if (option) this.go(option, event.ctrlKey || event.metaKey);
  }

  private go(option: HTMLElement, inNewTab: boolean): void {
    const url = new URL(option.dataset.url ?? "", location.href);
    if (url.origin !== location.origin) return;
    const item: Item = {
      title: option.querySelector(".of-palette-title")?.textContent ?? "",
      subtitle: option.querySelector(".of-palette-subtitle")?.textContent ?? "",
      url: url.pathname + url.search,
    };
    const others = store.read<Item[]>(recentKey, []).filter((known) => known.url !== item.url);
    store.write(recentKey, [item, ...others].slice(0, RECENTS));
    this.dialog.close();
    if (inNewTab) window.open(url, "_blank", "noopener");
    else location.assign(url);
  }
}

export function startPalette(): void {
  const dialog = document.querySelector<HTMLDialogElement>("dialog#of-palette");
  if (!dialog) return;
  const palette = new Palette(dialog);
  document.addEventListener("of:palette", () => palette.open());
  document.querySelectorAll("[data-of-open=palette]").forEach((button) => button.addEventListener("click", () => palette.open()));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.open();
    }
  });
}
