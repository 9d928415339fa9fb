const TURN = 2 * Math.PI;
const SOFT_FROM = (62 * Math.PI) / 180;
const SOFT_ROOM = (14 * Math.PI) / 180;

/** An angle brought into −π…π. */
export function wrapAngle(angle: number): number {
  return angle - TURN * Math.round(angle / TURN);
}

/** Latitude above which arcs are pressed down, so that polar routes stay on a Mercator map. */
export function softLatitude(lat: number): number {
  const over = Math.abs(lat) - SOFT_FROM;
  return over <= 0 ? lat : Math.sign(lat) * (SOFT_FROM + SOFT_ROOM * Math.tanh(over / SOFT_ROOM));
}

/** Mercator world units (0…1, y down); x is not wrapped. */
export interface WorldPoint {
  readonly x: number;
  readonly y: number;
}

interface Ends {
  readonly fromLon: number;
  readonly fromLat: number;
  readonly toLon: number;
  readonly toLat: number;
}

/**
 * The point a share t of the way along the arc, in world units continuous from the source's x.
 * The vertex shader computes the same (gl/shaders.ts); this is what its tests and the labels use.
 */
export function pointAlong(ends: Ends, t: number): WorldPoint {
  const [lon, lat] = onGreatCircle(ends, t);
  const total = wrapAngle(ends.toLon - ends.fromLon);
  let shift = wrapAngle(lon - ends.fromLon);
  // Over a pole the longitude jumps: keep to the side the whole arc goes.
  if (total > 0 && shift < -0.05) shift += TURN;
  if (total < 0 && shift > 0.05) shift -= TURN;
  const excess = lat - softLatitude(lat);
  const first = ends.fromLat - softLatitude(ends.fromLat);
  const last = ends.toLat - softLatitude(ends.toLat);
  return {
    x: 0.5 + (ends.fromLon + shift) / TURN,
    y: worldY(lat - excess + first + (last - first) * t),
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
  if (angle < 1e-4) return [ends.fromLon, ends.fromLat];
  const p = Math.sin((1 - t) * angle);
  const q = Math.sin(t * angle);
  const x = a[0] * p + b[0] * q;
  const y = a[1] * p + b[1] * q;
  const z = a[2] * p + b[2] * q;
  return [Math.atan2(y, x), Math.atan2(z, Math.hypot(x, y))];
}

function unit(lon: number, lat: number): readonly [number, number, number] {
  return [Math.cos(lat) * Math.cos(lon), Math.cos(lat) * Math.sin(lon), Math.sin(lat)];
}
