const TURN = 2 * Math.PI;
const DEGREE = Math.PI / 180;
/** Ends closer than this (radians) are joined by a straight line: there the sines lose their digits. */
const NEAR = 1e-3;
/** Routes that climb beyond these latitudes leave the great circle, gradually. */
const BOW_FROM = 62 * DEGREE;
const BOW_FULL = 74 * DEGREE;
/** Height of a bow as a share of its chord. */
const BOW_HEIGHT = 0.2;

/** An angle brought into −π…π. */
export function wrapAngle(angle: number): number {
  return angle - TURN * Math.round(angle / TURN);
}

/** Mercator world units (0…1, y down); x is not wrapped. */
export interface WorldPoint {
  readonly x: number;
  readonly y: number;
}

/** Both ends of an arc, radians. */
export interface Ends {
  readonly fromLon: number;
  readonly fromLat: number;
  readonly toLon: number;
  readonly toLat: number;
}

/**
 * How far an arc leaves its great circle for a bow: 0 for most, 1 for routes over a pole, which a
 * Mercator map would tear along its upper edge. Negative when the bow goes south.
 */
export function bowOf(ends: Ends): number {
  const ownest = Math.max(Math.abs(ends.fromLat), Math.abs(ends.toLat));
  let highest = 0;
  for (const t of [0.2, 0.35, 0.5, 0.65, 0.8]) {
    const [, lat] = onGreatCircle(ends, t);
    if (Math.abs(lat) > Math.abs(highest)) highest = lat;
  }
  const over = Math.abs(highest) - Math.max(BOW_FROM, Math.min(ownest, BOW_FULL));
  const share = Math.max(0, Math.min(1, over / (BOW_FULL - BOW_FROM)));
  return share * share * (3 - 2 * share) * (highest < 0 ? -1 : 1);
}

/**
 * The point a share t of the way along the arc, in world units continuous from the source's x.
 * The vertex shader computes the same (gl/shaders.ts); this one is for whatever runs off the GPU.
 */
export function pointAlong(ends: Ends, t: number, bow = bowOf(ends)): WorldPoint {
  const [lon, lat] = onGreatCircle(ends, t);
  const total = wrapAngle(ends.toLon - ends.fromLon);
  let shift = wrapAngle(lon - ends.fromLon);
  // Over a pole the longitude jumps: keep to the side the whole arc goes.
  if (total > 0 && shift < -0.05) shift += TURN;
  if (total < 0 && shift > 0.05) shift -= TURN;
  const start = { x: 0.5 + ends.fromLon / TURN, y: worldY(ends.fromLat) };
  const chord = { x: total / TURN, y: worldY(ends.toLat) - start.y };
  const lift = 4 * t * (1 - t) * BOW_HEIGHT * Math.hypot(chord.x, chord.y) * Math.sign(bow);
  const share = Math.abs(bow);
  const circle = { x: start.x + shift / TURN, y: worldY(lat) };
  return {
    x: circle.x + (start.x + chord.x * t - circle.x) * share,
    y: circle.y + (start.y + chord.y * t - lift - circle.y) * share,
  };
}

function worldY(lat: number): number {
  const limited = Math.max(-1.4844, Math.min(1.4844, lat));
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + limited / 2)) / TURN;
}

function onGreatCircle(ends: Ends, t: number): readonly [lon: number, lat: number] {
  const a = unit(ends.fromLon, ends.fromLat);
  const b = unit(ends.toLon, ends.toLat);
  const angle = Math.acos(Math.max(-1, Math.min(1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  const isNear = angle < NEAR;
  const p = isNear ? 1 - t : Math.sin((1 - t) * angle);
  const q = isNear ? t : Math.sin(t * angle);
  const x = a[0] * p + b[0] * q;
  const y = a[1] * p + b[1] * q;
  const z = a[2] * p + b[2] * q;
  return [Math.atan2(y, x), Math.atan2(z, Math.hypot(x, y))];
}

function unit(lon: number, lat: number): readonly [number, number, number] {
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}
