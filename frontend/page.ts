/** What the server says of this page and its user (templates/opsflux/page_data.html). */

const node = document.getElementById("of-page");

export const page = {
  /** Key of the signed-in user, "" when nobody is. */
  user: node?.dataset.user ?? "",
  home: node?.dataset.home ?? "/",
  login: node?.dataset.login ?? "",
  /** Says whether the session still stands; "" when the site has no such address. */
  session: node?.dataset.session ?? "",
};

/**
 * The words of a message in the user's language, from the data attributes of the same element; `{name}` is replaced.
 * A missing one is a mistake of ours and throws, so that no test passes over it.
 */
export function text(name: string, values: Record<string, string | number> = {}): string {
  const found = node?.dataset[`text${name[0]?.toUpperCase()}${name.slice(1)}`];
  if (found === undefined) throw new Error(`No text "${name}" on the page`);
  return found.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ""));
}

/** A piece of storage that never throws: private windows and full disks must not stop a page. */
export const store = {
  read<T>(key: string, otherwise: T): T {
    try {
      const value = localStorage.getItem(key);
      return value === null ? otherwise : (JSON.parse(value) as T);
    } catch {
      return otherwise;
    }
  },
  write(key: string, value: unknown): void {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Full or refused: the page works on without it.
    }
  },
  remove(key: string): void {
    try {
      localStorage.removeItem(key);
    } catch {
      // As above.
    }
  },
  /** The keys that begin with `prefix`. */
  keys(prefix: string): string[] {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    } catch {
      return [];
    }
  },
};
