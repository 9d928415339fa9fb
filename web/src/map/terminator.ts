const DEGREE = Math.PI / 180;
const J2000 = Date.UTC(2000, 0, 1, 12);
const DAY_MS = 86_400_000;

/** Where the sun stands overhead at a time (ms since the epoch), radians; good to about 0.1°. */
export function subsolarPoint(at: number): { readonly lon: number; readonly lat: number } {
  const days = (at - J2000) / DAY_MS;
  const anomaly = (357.529 + 0.98560028 * days) * DEGREE;
  const longitude =
    (280.459 + 0.98564736 * days + 1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) *
    DEGREE;
  const tilt = 23.439 * DEGREE;
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(longitude), Math.cos(longitude));
  const sidereal = (18.697374558 + 24.06570982441908 * days) * 15 * DEGREE;
  return {
    lat: Math.asin(Math.sin(tilt) * Math.sin(longitude)),
    lon: wrap(ascension - sidereal),
  };
}

function wrap(angle: number): number {
  const turn = 2 * Math.PI;
  return angle - turn * Math.round(angle / turn);
}
