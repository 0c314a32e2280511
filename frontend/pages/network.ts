/** The map of a group: companies and what ties them. Every node is a link; the page's tables say the same. */
import cytoscape, { type Core, type NodeSingular, type StylesheetJson } from "cytoscape";
import { levels, places } from "../layers";
import { colour, mayMove, onTheme, pictureData } from "../picture";

interface GraphNode { id: string; label: string; level: number; url: string; kind: string; status: string; about: string }
interface GraphEdge { source: string; target: string; kind: string; label: string }
interface Graph { nodes: GraphNode[]; edges: GraphEdge[] }

const STEP = 1.3, PAN = 80;
const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function styles(): StylesheetJson {
  const card = colour("--of-card"), text = colour("--of-text"), strong = colour("--of-strong"), subtle = colour("--of-subtle");
  const main = colour("--of-main"), onMain = colour("--of-main-text");
  const warning = colour("--of-warning"), warningText = colour("--of-warning-text");
  return [
    { selector: "node", style: {
      shape: "round-rectangle", width: 160, height: 48, "background-color": card, "border-width": 1.5, "border-color": subtle,
      label: "data(label)", color: strong, "font-family": "Inter, sans-serif", "font-size": 12, "text-wrap": "wrap",
      "text-max-width": "148px", "text-valign": "center", "text-halign": "center", "text-overflow-wrap": "whitespace" } },
    { selector: "node[kind = 'head']", style: { "background-color": main, color: onMain, "border-color": main, "font-weight": 600 } },
    { selector: "node[kind = 'partner']", style: { "border-style": "dashed" } },
    { selector: "node[kind = 'person']", style: { shape: "ellipse", height: 40, width: 150, color: text } },
    { selector: "node[status = 'blocked'], node[status = 'archived']", style: { "background-color": warning, color: warningText } },
    { selector: "edge", style: {
      width: 1.5, "line-color": subtle, "curve-style": "bezier", "target-arrow-shape": "triangle", "target-arrow-color": subtle,
      label: "data(label)", color: strong, "font-size": 11, "font-family": "Inter, sans-serif", "text-background-color": card,
      "text-background-opacity": 1, "text-background-padding": "2px" } },
    { selector: ".of-around", style: { "curve-style": "unbundled-bezier", "control-point-distances": [220], "control-point-weights": [0.5] } },
    { selector: "edge[kind != 'ownership']", style: { "line-style": "dashed", color: text, "font-size": 10 } },
    { selector: "edge[kind = 'joint_venture'], edge[kind = 'affiliation']", style: { "target-arrow-shape": "none" } },
    { selector: "edge[kind = 'affiliation']", style: { "line-style": "dotted", label: "" } },
    { selector: ".of-now", style: { "border-width": 4, "border-color": main, "underlay-color": main, "underlay-opacity": 0.25, "underlay-padding": 6 } },
    { selector: "node[kind = 'head'].of-now", style: { "border-color": strong } },
    { selector: ".of-far", style: { opacity: 0.3 } },
  ] as StylesheetJson;
}

function drawn(container: HTMLElement, graph: Graph): Core {
  const leaf = (node: GraphNode) => node.kind === "partner" || node.kind === "person";
  const perLine = container.clientWidth < 500 ? 4 : 7;
  const head = graph.nodes.find((node) => node.kind === "head")?.id ?? "";
  const far = levels(head, graph.edges.filter((edge) => edge.kind === "ownership"));
  const members = graph.nodes.filter((node) => !leaf(node)).map(({ id, level }) => ({ id, level: far.get(id) ?? level }));
  const found = places(members, graph.nodes.filter(leaf), graph.edges, perLine);
  return cytoscape({
    container, style: styles(), minZoom: 0.1, maxZoom: 3, autoungrabify: true, boxSelectionEnabled: false, userZoomingEnabled: false,
    elements: [
      ...graph.nodes.map((node) => ({ data: { ...node }, position: found.get(node.id) })),
      ...graph.edges.map((edge, index) => ({ data: { ...edge, id: `e${index}` }, classes: skips(edge, far) ? "of-around" : "" })),
    ],
    layout: { name: "preset", fit: false },
  });
}

/** Whether a holding passes over a level: it goes around what stands between. */
function skips(edge: GraphEdge, far: Map<string, number>): boolean {
  return edge.kind === "ownership" && Math.abs((far.get(edge.target) ?? 0) - (far.get(edge.source) ?? 0)) > 1;
}

function told(node: NodeSingular): string {
  return [node.data("label"), node.data("about")].filter(Boolean).join(" – ");
}

/** The node in the direction pressed that lies nearest, sideways counting double. */
function beside(cy: Core, from: NodeSingular, [dx, dy]: [number, number]): NodeSingular | undefined {
  const at = from.position();
  let best: NodeSingular | undefined, least = Infinity;
  cy.nodes().forEach((node) => {
    const x = node.position().x - at.x, y = node.position().y - at.y;
    const ahead = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
    if (node.id() !== from.id() && ahead > 10 && ahead + 2 * aside < least) [best, least] = [node, ahead + 2 * aside];
  });
  return best;
}

function startNetwork(): void {
  const container = document.getElementById("of-network"), now = document.getElementById("of-network-now");
  const graph = pictureData<Graph>("of-graph");
  if (!container || !now || !graph) return;
  const cy = drawn(container, graph);
  let current: NodeSingular = cy.nodes("[kind = 'head']").first();

  const mark = (node: NodeSingular | undefined, follow = false) => {
    if (!node) return;
    current = node;
    cy.elements().removeClass("of-now of-far");
    node.addClass("of-now");
    cy.elements().difference(node.closedNeighborhood()).addClass("of-far");
    now.textContent = told(node);
    const box = node.renderedBoundingBox();
    const outside = box.x1 < 0 || box.y1 < 0 || box.x2 > cy.width() || box.y2 > cy.height();
    if (follow && outside) cy.animate({ center: { eles: node }, duration: mayMove() ? 200 : 0 });
  };
  const clear = () => {
    cy.elements().removeClass("of-now of-far");
    now.textContent = "";
  };
  const zoom = (factor: number) => cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
  const fit = () => {
    cy.fit(undefined, 24);
    if (cy.zoom() > 1.1) cy.zoom(1.1);
    cy.center();
  };

  cy.on("tap", "node", (event) => window.location.assign((event.target as NodeSingular).data("url") as string));
  cy.on("mouseover", "node", (event) => {
    container.style.cursor = "pointer";
    mark(event.target as NodeSingular);
  });
  cy.on("mouseout", "node", () => {
    container.style.cursor = "";
    clear();
  });
  container.addEventListener("focus", () => mark(current, true));
  container.addEventListener("blur", clear);
  container.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (arrow) mark(beside(cy, current, arrow), true);
    else if (event.key === "Enter") window.location.assign(current.data("url") as string);
    else if (event.key === "+" || event.key === "=") zoom(STEP);
    else if (event.key === "-") zoom(1 / STEP);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.querySelectorAll<HTMLElement>("[data-of-zoom]").forEach((button) => button.addEventListener("click", () => {
    const how = button.dataset.ofZoom;
    if (how === "fit") fit();
    else zoom(how === "in" ? STEP : 1 / STEP);
  }));
  document.querySelectorAll<HTMLElement>("[data-of-pan]").forEach((button) => button.addEventListener("click", () => {
    const [dx, dy] = ARROWS[`Arrow${button.dataset.ofPan?.replace(/^./, (letter) => letter.toUpperCase())}`] ?? [0, 0];
    cy.panBy({ x: -dx * PAN, y: -dy * PAN });
  }));
  onTheme(() => cy.style(styles()));
  new ResizeObserver(() => cy.resize()).observe(container);
  const box = cy.elements().boundingBox();
  const scale = Math.min(1.1, (container.clientWidth - 48) / box.w);
  container.style.height = `${Math.round(Math.min(560, Math.max(260, box.h * scale + 64)))}px`;
  cy.resize();
  fit();
  container.dataset.ofReady = String(cy.nodes().length);
}

// The body is hidden until Alpine has started: before that nothing has a size.
if (document.body.hasAttribute("x-cloak")) document.addEventListener("alpine:initialized", () => requestAnimationFrame(startNetwork), { once: true });
else startNetwork();
