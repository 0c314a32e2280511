/** Small helpers to build and judge elements. */

type Child = Node | string;

/** An element with attributes and children; text is always set as text, never as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Whether keys pressed now are meant for a field. */
export function typing(): boolean {
  const active = document.activeElement;
  if (!(active instanceof HTMLElement)) return false;
  if (active.isContentEditable || active.closest("[role=combobox], [role=listbox], .select2-container")) return true;
  if (active instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit", "reset"].includes(active.type);
  return active instanceof HTMLTextAreaElement || active instanceof HTMLSelectElement;
}

/** Whether some dialog holds the keyboard. */
export function dialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

export function visible(target: Element): boolean {
  return target.getClientRects().length > 0;
}

/** Says `message` to a screen reader without moving the focus. */
export function announce(message: string): void {
  let region = document.getElementById("of-live");
  if (!region) {
    region = element("div", { id: "of-live", role: "status", "aria-live": "polite", class: "of-hidden" });
    document.body.append(region);
  }
  region.textContent = message;
}

/** A bar at the top of the content; the first button is the one proposed. Returns the bar, to remove it. */
export function banner(id: string, message: string, buttons: [string, () => void][], level: "info" | "warning"): HTMLElement {
  document.getElementById(id)?.remove();
  const actions = buttons.map(([label, run], index) => {
    const button = element("button", { type: "button", class: index === 0 ? "of-button of-button-main" : "of-button" }, label);
    button.addEventListener("click", run);
    return button;
  });
  const bar = element(
    "div",
    { id, class: `of-banner of-banner-${level}`, role: level === "warning" ? "alert" : "status" },
    element("p", {}, message),
    element("div", { class: "of-banner-actions" }, ...actions),
  );
  (document.getElementById("content") ?? document.body).prepend(bar);
  return bar;
}
