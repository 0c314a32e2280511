/**
 * Sets the theme before the first paint, so that no page flashes in the other one. Runs blocking, in the head.
 * The choice is what Alpine's persist keeps under "adminTheme": a JSON string, one of light, dark, auto.
 */
export {};

const root = document.documentElement;

function chosen(): string {
  try {
    return JSON.parse(localStorage.getItem("adminTheme") ?? '"auto"');
  } catch {
    return "auto"; // storage refused or not ours: follow the system
  }
}

if (!root.classList.contains("dark") && !root.classList.contains("light")) {
  const choice = chosen();
  const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.classList.add("of-early", dark ? "dark" : "light");
}
