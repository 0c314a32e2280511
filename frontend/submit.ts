/** Sends a form once, and only into an open session: nothing typed is thrown at a login page. */
import { banner } from "./elements";
import { page, text } from "./page";
import { askSession, refreshToken, type Session } from "./session";

const BAR = "of-session";
const checked = new WeakSet<HTMLFormElement>();
const busy = new WeakSet<HTMLFormElement>();

function ours(form: HTMLFormElement): boolean {
  return form.method === "post" && !form.hasAttribute("hx-post") && form.id !== "login-form" && form.target !== "_blank";
}

function buttonsOf(form: HTMLFormElement): HTMLButtonElement[] {
  return [...form.elements].filter((field): field is HTMLButtonElement => field instanceof HTMLButtonElement && field.type === "submit");
}

function mark(form: HTMLFormElement, sending: boolean): void {
  if (sending) busy.add(form);
  else busy.delete(form);
  for (const button of buttonsOf(form)) {
    if (sending) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
    button.classList.toggle("of-sending", sending);
  }
}

/** Says why the form was not sent and how to go on; the input stays where it is. */
function refuse(state: Exclude<Session, "open">, again: () => void): void {
  const retry: [string, () => void] = [text("retry"), again];
  const login: [string, () => void] = [text("login"), () => window.open(page.login, "_blank", "noopener")];
  const message = { closed: text("sessionClosed"), other: text("sessionOther"), unreachable: text("unreachable") }[state];
  const bar = banner(BAR, message, state === "unreachable" ? [retry] : [login, retry], "warning");
  bar.querySelector("button")?.focus();
  bar.scrollIntoView({ block: "center" });
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  mark(form, true);
  const state = await askSession();
  mark(form, false);
  if (state !== "open") {
    refuse(state, () => void send(form, submitter));
    return;
  }
  document.getElementById(BAR)?.remove();
  refreshToken(form);
  checked.add(form);
  form.requestSubmit(submitter as HTMLButtonElement | null);
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (!ours(form)) return;
  if (busy.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  if (checked.has(form) || !page.user) {
    checked.delete(form);
    // After this turn, so that the pressed button still goes out with the form.
    setTimeout(() => {
      if (!event.defaultPrevented) mark(form, true);
    });
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  void send(form, event.submitter);
}

export function startSubmit(): void {
  document.addEventListener("submit", onSubmit, { capture: true });
  // Back to a page kept in memory: it may be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) mark(form, false);
  });
}
