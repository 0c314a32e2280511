/** What the pages with pictures share: their data, the theme's colours, and when these change. */

/** The data a page gives its script with json_script. */
export function pictureData<T>(id: string): T | null {
  const node = document.getElementById(id);
  return node?.textContent ? (JSON.parse(node.textContent) as T) : null;
}

/** A colour of the theme as the browser computes it: canvases know no CSS variables, and libraries do not read every notation. */
export function colour(variable: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext("2d");
  let found = "#808080";
  if (pen) {
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = pen.getImageData(0, 0, 1, 1).data;
    found = `rgb(${red}, ${green}, ${blue})`;
  }
  probe.remove();
  return found;
}

/** Run again whenever the page becomes light or dark. */
export function onTheme(draw: () => void): void {
  new MutationObserver(draw).observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
}

/** Whether things may glide: not for those who asked the system for less motion. */
export function mayMove(): boolean {
  return !window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
