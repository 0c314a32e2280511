/** What OpsFlux adds to every page. Each part works alone; a page works without them. */
import { startAccessibility } from "./accessible";
import { startCharts } from "./charts";
import { startDrafts } from "./drafts";
import { startErrors } from "./errors";
import { startHelp } from "./help";
import { standOnRow, startKeys } from "./keys";
import { startPalette } from "./palette";
import { startSimilar } from "./similar";
import { startSubmit } from "./submit";

startAccessibility();
startSubmit();
startHelp();
startPalette();
startKeys();
startDrafts();
startSimilar();
startCharts();

document.addEventListener(
  "alpine:initialized",
  // Until the next frame the body is hidden: the browser cannot focus what asks for it, nor a field in a tab.
  () => requestAnimationFrame(() => {
    standOnRow();
    if (document.activeElement === document.body) document.querySelector<HTMLElement>("[autofocus]")?.focus();
    startErrors();
  }),
  { once: true },
);
