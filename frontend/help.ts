/** The dialog that lists the keys (templates/opsflux/keys.html). */

function dialog(): HTMLDialogElement | null {
  return document.querySelector<HTMLDialogElement>("dialog#of-keys");
}

export function openHelp(): void {
  const found = dialog();
  if (found && !found.open) found.showModal();
}

export function startHelp(): void {
  const found = dialog();
  if (!found) return;
  found.querySelector("button")?.addEventListener("click", () => found.close());
  found.addEventListener("click", (event) => {
    if (event.target === found) found.close();
  });
  document.querySelectorAll("[data-of-open=keys]").forEach((button) => button.addEventListener("click", openHelp));
}
