/** Where the companies of a group stand: owners above, held companies below, each level in lines of a readable length. */

export interface LayerNode { id: string; level: number }
export interface LayerEdge { source: string; target: string }
export interface Place { x: number; y: number }

const WIDTH = 190, HEIGHT = 120, LINE = 78;

/** How many ties lie between each node and the head, by the longest way, so that no tie runs within a level; negative above. */
export function levels(head: string, edges: LayerEdge[]): Map<string, number> {
  const below = farthest(head, edges.map((edge) => [edge.source, edge.target]));
  const above = farthest(head, edges.map((edge) => [edge.target, edge.source]));
  return new Map([...[...above].map(([id, far]): [string, number] => [id, -far]), ...below]);
}

/** The longest way from the head to each node it reaches; as many rounds as there are steps at most, so that circles end too. */
function farthest(head: string, steps: [string, string][]): Map<string, number> {
  const found = new Map<string, number>([[head, 0]]);
  for (let round = 0, changed = true; changed && round <= steps.length; round++) {
    changed = false;
    for (const [from, to] of steps) {
      const far = found.get(from);
      if (far === undefined || to === head || (found.get(to) ?? -1) > far) continue;
      found.set(to, far + 1);
      changed = true;
    }
  }
  return found;
}

/** A place for each node. `leaves` hang beside the company they are tied to (persons, companies tied otherwise). */
export function places(nodes: LayerNode[], leaves: LayerNode[], edges: LayerEdge[], perLine: number): Map<string, Place> {
  const found = new Map<string, Place>();
  const near = neighbours(edges);
  const levels = [...new Set(nodes.map((node) => node.level))].sort((a, b) => Math.abs(a) - Math.abs(b) || a - b);
  let above = 0, below = 0;
  for (const level of levels) {
    const members = ordered(nodes.filter((node) => node.level === level), found, near);
    const lines = Math.ceil(members.length / perLine);
    members.forEach((node, index) => {
      const line = Math.floor(index / perLine), inLine = Math.min(members.length - line * perLine, perLine);
      const shift = (index % perLine) - (inLine - 1) / 2;
      const y = level < 0 ? above - HEIGHT - line * LINE : level > 0 ? below + HEIGHT + line * LINE : 0;
      found.set(node.id, { x: shift * WIDTH + (line % 2) * (WIDTH / 4), y });
    });
    if (level < 0) above -= HEIGHT + (lines - 1) * LINE;
    if (level > 0) below += HEIGHT + (lines - 1) * LINE;
  }
  hang(leaves, found);
  return found;
}

function neighbours(edges: LayerEdge[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const add = (from: string, to: string) => found.set(from, [...(found.get(from) ?? []), to]);
  for (const edge of edges) {
    add(edge.source, edge.target);
    add(edge.target, edge.source);
  }
  return found;
}

/** Members of a level, each near the middle of those already placed that it is tied to: fewer lines cross. */
function ordered(members: LayerNode[], placed: Map<string, Place>, near: Map<string, string[]>): LayerNode[] {
  const middle = (node: LayerNode) => {
    const xs = (near.get(node.id) ?? []).flatMap((id) => placed.get(id)?.x ?? []);
    return xs.length ? xs.reduce((sum, x) => sum + x, 0) / xs.length : 0;
  };
  return members.map((node) => ({ node, at: middle(node) })).sort((a, b) => a.at - b.at).map((one) => one.node);
}

/** Leaves stand in columns at the right of everything else. */
function hang(leaves: LayerNode[], placed: Map<string, Place>): void {
  const all = [...placed.values()];
  const right = Math.max(...all.map((place) => place.x)) + WIDTH * 1.2;
  const rows = Math.max(6, Math.ceil(Math.sqrt(leaves.length)));
  const top = Math.min(...all.map((place) => place.y)), bottom = Math.max(...all.map((place) => place.y));
  leaves.forEach((leaf, index) => {
    const inColumn = Math.min(leaves.length - Math.floor(index / rows) * rows, rows);
    placed.set(leaf.id, {
      x: right + Math.floor(index / rows) * WIDTH,
      y: (top + bottom) / 2 + ((index % rows) - (inColumn - 1) / 2) * LINE,
    });
  });
}
