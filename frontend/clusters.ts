/** Points that would cover each other on the screen, gathered by a grid. */

export interface Spot<Point> { x: number; y: number; points: Point[] }

/**
 * Gather what lies in the same square of `size` pixels; each gathering stands in the middle of its points.
 * The grid is laid on the world, not on the window: moving the map gathers nothing anew.
 */
export function gather<Point>(points: Point[], place: (point: Point) => { x: number; y: number }, size: number): Spot<Point>[] {
  const squares = new Map<string, Spot<Point>>();
  for (const point of points) {
    const { x, y } = place(point);
    const key = `${Math.floor(x / size)}:${Math.floor(y / size)}`;
    const spot = squares.get(key) ?? { x: 0, y: 0, points: [] };
    spot.x += x;
    spot.y += y;
    spot.points.push(point);
    squares.set(key, spot);
  }
  const spots = [...squares.values()].map((spot) => ({ ...spot, x: spot.x / spot.points.length, y: spot.y / spot.points.length }));
  return apart(spots, size * 0.75);
}

/** Neighbours across the grid's lines that still touch become one, the larger keeping its place. */
function apart<Point>(spots: Spot<Point>[], least: number): Spot<Point>[] {
  const kept: Spot<Point>[] = [];
  for (const spot of spots.sort((a, b) => b.points.length - a.points.length)) {
    const near = kept.find((other) => Math.hypot(other.x - spot.x, other.y - spot.y) < least);
    if (near) near.points.push(...spot.points);
    else kept.push(spot);
  }
  return kept;
}
