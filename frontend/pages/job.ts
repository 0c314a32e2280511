/** Watches a job until it ends: asks how far it is, every second at first, every other second after a minute; not while nobody looks. */
import { announce } from "../elements";

interface Standing {
  state: string;
  state_text: string;
  ended: boolean;
  percent: number | null;
  counts: string;
  message: string;
  duration: string;
  stopping: boolean;
}

const FAST_MS = 1000;
const SLOW_MS = 2000;
const FAST_TURNS = 60;
const PATIENCE_MS = 8000;
const STEP = 25; // percents between two announcements: a screen reader is not talked over

const job = document.getElementById("of-job");
const address = job?.dataset.progress;
let turns = 0;
let said = 0;

function part(name: string): HTMLElement | null {
  return job?.querySelector<HTMLElement>(`[data-of="${name}"]`) ?? null;
}

function write(name: string, words: string): void {
  const place = part(name);
  if (place && place.textContent !== words) place.textContent = words;
}

function show(now: Standing): void {
  const bar = job?.querySelector("progress");
  bar?.parentElement?.setAttribute("data-state", now.state);
  const percent = now.percent === null ? "" : (job?.dataset.reached ?? "").replace("{percent}", String(now.percent));
  if (bar && now.percent !== null) bar.value = now.percent;
  else bar?.removeAttribute("value");
  const state = now.state_text.charAt(0).toUpperCase() + now.state_text.slice(1);
  const badge = part("state");
  if (badge) badge.className = `of-status of-job-${now.state}`;
  write("state", state);
  write("percent", percent);
  write("counts", now.counts);
  write("duration", now.duration);
  write("message", now.message);
  const stopping = part("stopping");
  if (stopping) stopping.hidden = !now.stopping;
  if (now.percent !== null && now.percent >= said + STEP) {
    said = now.percent - (now.percent % STEP);
    announce(percent);
  }
}

/** Whether to ask again. */
async function ask(): Promise<boolean> {
  if (!address) return false;
  let answer: Response;
  try {
    answer = await fetch(address, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    write("message", job?.dataset.unreachable ?? "");
    return true;
  }
  if (answer.redirected || [401, 403, 404].includes(answer.status)) {
    write("message", job?.dataset.gone ?? "");
    return false;
  }
  if (!answer.ok) return true;
  const now = (await answer.json()) as Standing;
  show(now);
  if (!now.ended) return true;
  // The page says the rest: its report, its file, what to do. Reading goes on at the outcome.
  location.hash = "of-outcome";
  location.reload();
  return false;
}

async function watch(): Promise<void> {
  if (document.hidden) {
    document.addEventListener("visibilitychange", () => void watch(), { once: true });
    return;
  }
  turns += 1;
  if (await ask()) setTimeout(() => void watch(), turns < FAST_TURNS ? FAST_MS : SLOW_MS);
}

if (address) setTimeout(() => void watch(), FAST_MS / 2);
