/** Whether the session still stands, asked before anything typed is sent. */
import { page } from "./page";

export type Session = "open" | "closed" | "other" | "unreachable";

const PATIENCE_MS = 8000;

/** "closed": signed out. "other": somebody else signed in meanwhile. "unreachable": no answer from the server. */
export async function askSession(): Promise<Session> {
  if (!page.session || !page.user) return "open";
  try {
    const answer = await fetch(page.session, {
      headers: { Accept: "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (answer.status === 401 || answer.status === 403 || answer.redirected) return "closed";
    if (!answer.ok) return "unreachable";
    const said = (await answer.json()) as { user?: string | number };
    return said.user === undefined || String(said.user) === page.user ? "open" : "other";
  } catch {
    return "unreachable";
  }
}

/** A new sign-in brings a new token; the page's forms must carry the current one. */
export function refreshToken(form: HTMLFormElement): void {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  const field = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]");
  if (token && field) field.value = token;
}
