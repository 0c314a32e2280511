/** What OpsFlux adds to every page. Each part works alone; a page works without them. */
import { startAccessibility } from "./accessible";
import { startDrafts } from "./drafts";
import { startErrors } from "./errors";
import { startHelp } from "./help";
import { startKeys } from "./keys";
import { startPalette } from "./palette";
import { startSubmit } from "./submit";

startAccessibility();
startSubmit();
startHelp();
startPalette();
startKeys();
startDrafts();
// The tabs must stand before the focus moves into one of them.
document.addEventListener("alpine:initialized", startErrors, { once: true });
