/** The page of a pair: its dialogs, and its keys: j and k for the next and previous pair, m to merge, d for two records. */
import { dialogOpen, typing } from "../elements";

function open(id: string | undefined): void {
  const dialog = id ? document.getElementById(id) : null;
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
  dialog.querySelector<HTMLElement>("textarea, button")?.focus();
}

document.querySelectorAll<HTMLElement>("[data-of-dialog]").forEach((button) => {
  button.addEventListener("click", () => open(button.dataset.ofDialog));
});

document.querySelectorAll<HTMLElement>("dialog [data-of-close]").forEach((button) => {
  button.addEventListener("click", () => button.closest("dialog")?.close());
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialogOpen()) return;
  // A radio button is no field to type in, and its own keys are the arrows.
  const radio = document.activeElement instanceof HTMLInputElement && document.activeElement.type === "radio";
  if (typing() && !radio) return;
  const control = document.querySelector<HTMLElement>(`[data-of-key="${CSS.escape(event.key)}"]`);
  if (!control || (control instanceof HTMLButtonElement && control.disabled)) return;
  event.preventDefault();
  control.click();
});
