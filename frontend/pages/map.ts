/** The map of sites: land and borders from a file of ours, no tiles, nothing fetched from elsewhere. The list beside says the same. */
import type { Position } from "geojson";
import { feature } from "topojson-client";
import world from "world-atlas/countries-50m.json";
import "leaflet/dist/leaflet.css";
import * as L from "leaflet";
import { gather, type Spot } from "../clusters";
import { element } from "../elements";
import { colour, mayMove, onTheme, pictureData } from "../picture";

interface Site { id: number; name: string; at: [number, number] | null; kind: string; phase: string; phase_label: string; accuracy: string; url: string; about: string[] }
type Placed = Site & { at: [number, number] };

const GRID = 48, CLOSE = 6, NAMED = 12;

/** A ring that crosses the 180th meridian goes on beyond it instead of back across the world; one around a pole is closed there. */
function unwrapped(ring: Position[]): Position[] {
  let shift = 0, last = ring[0]?.[0] ?? 0;
  const found = ring.map(([longitude = 0, latitude = 0]) => {
    if (longitude - last > 180) shift -= 360;
    else if (last - longitude > 180) shift += 360;
    last = longitude;
    return [longitude + shift, latitude];
  });
  const first = found[0]?.[0] ?? 0, end = found.at(-1)?.[0] ?? 0;
  return Math.abs(end - first) < 180 ? found : [...found, [end, -89], [first, -89]];
}

function land(map: L.Map): void {
  const style = (): L.PathOptions => ({ fillColor: colour("--of-map-land"), fillOpacity: 1, color: colour("--of-map-border"), weight: 0.7 });
  const countries = feature(world, world.objects.countries);
  for (const { geometry } of countries.features) {
    if (geometry.type === "Polygon") geometry.coordinates = geometry.coordinates.map(unwrapped);
    else if (geometry.type === "MultiPolygon") geometry.coordinates = geometry.coordinates.map((polygon) => polygon.map(unwrapped));
  }
  const layer = L.geoJSON(countries, { style, interactive: false }).addTo(map);
  onTheme(() => layer.setStyle(style()));
}

/** What the page tells of a site: its name as a link, kind, phase, and what else is known. */
function card(site: Placed, open: string): HTMLElement {
  const box = element("div", { class: "of-popup" });
  const lines = [`${site.kind} · ${site.phase_label}`, ...site.about, `${site.at[0].toFixed(4)}°, ${site.at[1].toFixed(4)}°`, site.accuracy];
  box.append(element("strong", {}, site.name), ...lines.filter(Boolean).map((line) => element("p", {}, line)));
  box.append(element("a", { href: site.url }, open));
  return box;
}

function names(sites: Placed[], more: string): HTMLElement {
  const list = element("ul", { class: "of-popup" });
  for (const site of sites.slice(0, NAMED)) {
    const row = element("li", {});
    row.append(element("a", { href: site.url }, site.name), ` · ${site.phase_label}`);
    list.append(row);
  }
  if (sites.length > NAMED) list.append(element("li", {}, more.replace("{count}", String(sites.length - NAMED))));
  return list;
}

class SiteMap {
  private readonly map: L.Map;
  private readonly marks = L.layerGroup();
  private readonly words: DOMStringMap;
  private points: Placed[] = [];

  constructor(private readonly box: HTMLElement) {
    this.words = box.dataset;
    this.map = L.map(box, {
      zoomControl: false, attributionControl: false, minZoom: 2, maxZoom: 14, preferCanvas: true, worldCopyJump: true,
      zoomAnimation: mayMove(), fadeAnimation: mayMove(), markerZoomAnimation: false, maxBounds: [[-85, -400], [85, 400]],
    }).setView([20, 0], 2);
    L.control.zoom({ zoomInTitle: this.words.zoomIn, zoomOutTitle: this.words.zoomOut }).addTo(this.map);
    L.control.scale({ imperial: false }).addTo(this.map);
    land(this.map);
    this.marks.addTo(this.map);
    this.map.on("zoomend moveend", () => this.draw());
  }

  show(points: Placed[]): void {
    this.points = points;
    if (points.length) this.map.fitBounds(L.latLngBounds(points.map((point) => point.at)), { padding: [24, 24], maxZoom: CLOSE, animate: false });
    this.draw();
    this.box.dataset.ofReady = String(points.length);
  }

  /** Bring a site into view and tell about it. */
  focus(site: Placed): void {
    this.map.setView(site.at, Math.max(this.map.getZoom(), CLOSE), { animate: false });
    this.tell(site.at, card(site, this.words.open ?? ""));
  }

  private draw(): void {
    const zoom = this.map.getZoom(), view = this.map.getBounds().pad(0.2);
    this.marks.clearLayers();
    const spots = gather(this.points.filter((point) => view.contains(point.at)), (point) => this.map.project(point.at, zoom), GRID);
    for (const spot of spots) this.mark(spot, this.map.unproject([spot.x, spot.y], zoom));
  }

  private mark(spot: Spot<Placed>, at: L.LatLng): void {
    const [first] = spot.points;
    if (!first) return;
    const many = spot.points.length > 1;
    const size = many ? Math.min(40, 24 + 4 * Math.log2(spot.points.length)) : 18;
    const icon = element("span", { class: many ? "of-pins" : `of-pin of-pin-${first.phase}` }, many ? String(spot.points.length) : "");
    const title = many ? (this.words.sites ?? "").replace("{count}", String(spot.points.length)) : first.name;
    L.marker(many ? at : first.at, { keyboard: false, title, icon: L.divIcon({ html: icon, className: "of-pinned", iconSize: [size, size] }) })
      .on("click", () => (many ? this.open(spot.points) : this.tell(first.at, card(first, this.words.open ?? ""))))
      .addTo(this.marks);
  }

  /** Several sites: go nearer; where that parts them no more, name them. */
  private open(points: Placed[]): void {
    const bounds = L.latLngBounds(points.map((point) => point.at));
    const zoom = this.map.getBoundsZoom(bounds, false, L.point(60, 60));
    if (zoom > this.map.getZoom()) this.map.setView(bounds.getCenter(), zoom, { animate: mayMove() });
    else this.tell(bounds.getCenter(), names(points, this.words.more ?? ""));
  }

  private tell(at: L.LatLngExpression, content: HTMLElement): void {
    L.popup({ maxWidth: 260, autoPanPadding: [24, 24] }).setLatLng(at).setContent(content).openOn(this.map);
  }
}

function placed(site: Site): site is Placed {
  return site.at !== null;
}

async function startMap(): Promise<void> {
  const box = document.getElementById("of-map"), failed = document.getElementById("of-map-failed");
  if (!box || !failed) return;
  const map = new SiteMap(box);
  const listed = (pictureData<Site[]>("of-map-rows") ?? []).filter(placed);
  document.querySelectorAll<HTMLElement>("[data-of-site]").forEach((button) => button.addEventListener("click", () => {
    const site = listed.find((one) => one.id === Number(button.dataset.ofSite));
    if (!site) return;
    map.focus(site);
    box.scrollIntoView({ block: "nearest", behavior: mayMove() ? "smooth" : "auto" });
  }));
  try {
    const response = await fetch(box.dataset.points ?? "", { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error(String(response.status));
    const { points, more } = (await response.json()) as { points: Site[]; more: boolean };
    document.getElementById("of-map-cut")?.toggleAttribute("hidden", !more);
    map.show(points.filter(placed));
    const wanted = points.filter(placed).find((one) => one.id === Number(box.dataset.focus));
    if (wanted) map.focus(wanted);
  } catch {
    failed.hidden = false;
    failed.textContent = box.dataset.failed ?? "";
    map.show(listed);
  }
}

// The body is hidden until Alpine has started: before that the map has no size.
if (document.body.hasAttribute("x-cloak")) document.addEventListener("alpine:initialized", () => requestAnimationFrame(() => void startMap()), { once: true });
else void startMap();
