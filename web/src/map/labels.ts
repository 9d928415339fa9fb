/** A label to place: its point and its size, CSS px. */
export interface LabelRequest {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where a label's top left corner goes; undefined where there is no room. */
export type LabelSpot = { readonly x: number; readonly y: number } | undefined;

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Between a marker's middle and its label, px. */
const GAP = 11;
/** Half of the square that no label may cover around a marker, px. */
const MARKER = 7;

/**
 * Places labels right, left, below or above their points, so that none covers another or a marker
 * and, where there is a choice, none is cut off by the edge of the view.
 */
export function placeLabels(
  requests: readonly LabelRequest[],
  view: { readonly width: number; readonly height: number },
): readonly LabelSpot[] {
  const taken: Rectangle[] = requests.map(({ x, y }) => ({
    x: x - MARKER,
    y: y - MARKER,
    width: 2 * MARKER,
    height: 2 * MARKER,
  }));
  return requests.map((request) => {
    const { width, height } = request;
    const free = candidates(request).filter(
      (spot) => !taken.some((other) => overlaps({ ...spot, width, height }, other)),
    );
    const whole = free.find(
      ({ x, y }) => x >= 0 && y >= 0 && x + width <= view.width && y + height <= view.height,
    );
    const spot = whole ?? free[0];
    if (spot) taken.push({ ...spot, width, height });
    return spot;
  });
}

function candidates({ x, y, width, height }: LabelRequest): readonly { x: number; y: number }[] {
  const middle = y - height / 2;
  return [
    { x: x + GAP, y: middle },
    { x: x - GAP - width, y: middle },
    { x: x - width / 2, y: y + GAP },
    { x: x - width / 2, y: y - GAP - height },
  ];
}

function overlaps(a: Rectangle, b: Rectangle): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
