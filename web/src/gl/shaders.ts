import { CLOCK_SECONDS, FLIGHT, SEGMENTS, TRACE_SECONDS, TRACE_SEGMENTS } from './flight.ts';

/** Classes the palette uniforms hold. */
export const PALETTE_SIZE = 16;

const HEAD = `#version 300 es
precision highp float;
const float TURN = 6.283185307179586;
`;

/** Geometry that flights, rings and traces share; the same arithmetic as gl/great-circle.ts. */
const GEOMETRY = `
uniform mat4 u_matrix;
uniform float u_copy;
uniform vec2 u_viewport;
uniform float u_ratio;
uniform float u_now;
uniform float u_still;
uniform float u_density;
uniform vec4 u_palette[${PALETTE_SIZE}];
uniform vec4 u_dash[${PALETTE_SIZE}];
in vec2 a_from;
in vec2 a_to;
in float a_start;
in float a_width;
in float a_bend;
in float a_class;
in float a_bow;

float wrapAngle(float angle) { return angle - TURN * floor(angle / TURN + 0.5); }

float worldY(float lat) {
  return 0.5 - log(tan(0.7853981634 + clamp(lat, -1.4844, 1.4844) * 0.5)) / TURN;
}

vec3 unit(vec2 at) { return vec3(cos(at.y) * cos(at.x), cos(at.y) * sin(at.x), sin(at.y)); }

vec3 g_a;
vec3 g_b;
float g_angle;
float g_total;
vec2 g_start;
vec2 g_chord;
vec2 g_across;

/** What every point of this arc needs; to be called first. */
void prepare() {
  g_a = unit(a_from);
  g_b = unit(a_to);
  g_angle = acos(clamp(dot(g_a, g_b), -1.0, 1.0));
  g_total = wrapAngle(a_to.x - a_from.x);
  g_start = vec2(0.5 + a_from.x / TURN, worldY(a_from.y));
  g_chord = vec2(g_total / TURN, worldY(a_to.y) - g_start.y);
  vec2 across = vec2(g_chord.y, -g_chord.x);
  g_across = across * (across.y > 0.0 ? -1.0 : 1.0) * a_bend;
}

vec2 onCircle(float t) {
  bool near = g_angle < 1e-3;
  float from = near ? 1.0 - t : sin((1.0 - t) * g_angle);
  float to = near ? t : sin(t * g_angle);
  vec3 p = g_a * from + g_b * to;
  vec2 lonLat = vec2(atan(p.y, p.x), atan(p.z, length(p.xy)));
  float shift = wrapAngle(lonLat.x - a_from.x);
  if (g_total > 0.0 && shift < -0.05) shift += TURN;
  if (g_total < 0.0 && shift > 0.05) shift -= TURN;
  vec2 straight = g_start + g_chord * t - vec2(0.0, 0.8 * t * (1.0 - t) * length(g_chord) * sign(a_bow));
  vec2 circle = vec2(g_start.x + shift / TURN, worldY(lonLat.y));
  return mix(circle, straight, abs(a_bow));
}

vec2 along(float t) { return onCircle(t) + g_across * sin(3.14159265 * t); }

float age() {
  float seconds = u_now - a_start;
  return seconds < -2048.0 ? seconds + ${CLOCK_SECONDS}.0 : seconds;
}

vec2 toPx(vec2 world) {
  vec4 clip = u_matrix * vec4(world.x + u_copy, world.y, 0.0, 1.0);
  return clip.xy / clip.w * u_viewport * 0.5;
}

vec4 fromPx(vec2 px) { return vec4(px / (u_viewport * 0.5), 0.0, 1.0); }

vec4 look() { return u_palette[int(a_class + 0.5)]; }

float headAt(float seconds) {
  float t = clamp((seconds - ${FLIGHT.ping}) / ${FLIGHT.fly}, 0.0, 1.0);
  return u_still > 0.5 ? 1.0 : t * (0.7 + 0.3 * t);
}

float tailAt(float seconds) {
  float t = clamp((seconds - ${FLIGHT.ping + FLIGHT.fly * 0.45}) / ${FLIGHT.fly * 0.55 + FLIGHT.ring * 0.9}, 0.0, 1.0);
  return u_still > 0.5 ? 0.0 : t * t * (3.0 - 2.0 * t);
}
`;

const STRIP = `
out vec3 v_colour;
out float v_side;
out float v_along;
out float v_half;
out float v_alpha;
out float v_px;
flat out vec4 v_dash;

void strip(float s, vec2 reach_of, float halfPx, float alpha) {
  float side = float(gl_VertexID % 2) * 2.0 - 1.0;
  float t = mix(reach_of.x, reach_of.y, s);
  vec2 here = toPx(along(t));
  float forward = t > 0.5 ? -0.01 : 0.01;
  vec2 direction = (toPx(along(t + forward)) - here) * sign(forward);
  float stretch = length(direction);
  direction = stretch > 1e-4 ? direction / stretch : vec2(1.0, 0.0);
  float reach = halfPx + u_ratio;
  gl_Position = fromPx(here + vec2(-direction.y, direction.x) * side * reach);
  v_colour = look().rgb;
  v_side = side * reach;
  v_half = halfPx;
  v_along = s;
  v_alpha = alpha * look().a;
  v_px = t * length(toPx(g_start + g_chord) - toPx(g_start)) / u_ratio;
  v_dash = u_dash[int(a_class + 0.5)];
}

void nothing() { v_px = 0.0; v_dash = vec4(0.0); gl_Position = vec4(2.0, 2.0, 2.0, 1.0); v_alpha = 0.0; v_side = 0.0; v_half = 0.0; v_along = 0.0; v_colour = vec3(0.0); }
`;

/** A flight's tapered body. */
export const FLIGHT_VERTEX = `${HEAD}${GEOMETRY}${STRIP}
void main() {
  float seconds = age();
  float head = headAt(seconds);
  float tail = tailAt(seconds);
  if (seconds < 0.0 || head - tail < 0.001 || look().a < 0.01) { nothing(); return; }
  prepare();
  float s = float(gl_VertexID / 2) / ${SEGMENTS}.0;
  float taper = u_still > 0.5 ? 0.7 : 0.25 + 0.75 * s;
  float cut = u_still > 0.5 ? step(seconds, 1.2) * 0.6 : 1.0;
  strip(s, vec2(tail, head), a_width * 0.5 * taper * u_ratio * (0.5 + 0.5 * u_density), cut);
}
`;

/** A corridor's lingering trace; width carries the logarithm of its weight. */
export const TRACE_VERTEX = `${HEAD}${GEOMETRY}${STRIP}
void main() {
  float seconds = age();
  float rest = 1.0 - clamp(seconds / ${TRACE_SECONDS}.0, 0.0, 1.0);
  if (a_width <= 0.0 || rest <= 0.0 || look().a < 0.01) { nothing(); return; }
 prepare();
  float weight = clamp(a_width, 1.0, 8.0);
  strip(float(gl_VertexID / 2) / ${TRACE_SEGMENTS}.0, vec2(0.0, 1.0), (0.45 + 0.12 * weight) * u_ratio, rest * u_density * (0.04 + 0.027 * weight));
}
`;

/** Blending: 0 adds light on dark, 1 multiplies ink on light, 2 lays ink over. */
const SHADE = `
uniform float u_blend;
out vec4 o_colour;
void shade(vec3 colour, float alpha) {
  float a = clamp(alpha, 0.0, 1.0);
  o_colour = u_blend < 0.5 ? vec4(colour * a, 0.0) : u_blend < 1.5 ? vec4(mix(vec3(1.0), colour, a), 1.0) : vec4(colour * a, a);
}
`;

/** `dash` is 1 on a stroke of the class's dash, less in its gaps. */
const STRIP_IN = `
in vec3 v_colour;
in float v_side;
in float v_along;
in float v_half;
in float v_alpha;
in float v_px;
flat in vec4 v_dash;
uniform float u_ratio;

float dash() {
  float period = v_dash.x + v_dash.y + v_dash.z + v_dash.w;
  if (period < 0.5) return 1.0;
  float at = mod(v_px, period);
  bool second = at >= v_dash.x + v_dash.y && at < period - v_dash.w;
  return at < v_dash.x || second ? 1.0 : 0.22;
}
`;

export const FLIGHT_FRAGMENT = `${HEAD}${STRIP_IN}${SHADE}
void main() {
  float edge = 1.0 - smoothstep(v_half - 0.5 * u_ratio, v_half + u_ratio, abs(v_side));
  float body = 0.08 + 0.92 * v_along * v_along;
  float bright = smoothstep(0.9, 1.0, v_along);
  vec3 tip = u_blend > 0.5 ? v_colour * 0.7 : mix(v_colour, vec3(1.0), 0.65);
  shade(mix(v_colour, tip, bright), edge * body * mix(dash(), 1.0, bright) * v_alpha);
}
`;

export const TRACE_FRAGMENT = `${HEAD}${STRIP_IN}${SHADE}
void main() {
  float edge = 1.0 - smoothstep(v_half - 0.5 * u_ratio, v_half + u_ratio, abs(v_side));
  shade(v_colour, edge * v_alpha * (0.45 + 0.55 * v_along));
}
`;

/** Three quads a flight: ping at the source, moving head, ring at the target. */
export const RING_VERTEX = `${HEAD}${GEOMETRY}
out vec3 v_colour;
out vec2 v_at;
flat out float v_kind;
out float v_phase;
out float v_heavy;
out float v_alpha;
out float v_size;
const vec2 CORNERS[6] = vec2[6](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(-1, 1), vec2(1, -1), vec2(1, 1));
void main() {
  float seconds = age();
  int kind = gl_VertexID / 6;
  float landed = seconds - ${FLIGHT.ping + FLIGHT.fly};
  float phase = kind == 0 ? seconds / 0.42 : kind == 1 ? (seconds - ${FLIGHT.ping}) / ${FLIGHT.fly} : landed / ${FLIGHT.ring};
  if (u_still > 0.5) phase = kind == 2 ? step(0.0, seconds) * 0.35 : -1.0;
  bool out_of_time = phase < 0.0 || phase > 1.0 || seconds > ${FLIGHT.ping + FLIGHT.fly + FLIGHT.ring};
  if (out_of_time || look().a < 0.01) { gl_Position = vec4(2.0, 2.0, 2.0, 1.0); return; }
  prepare();
  float size = (kind == 1 ? 2.5 + 1.4 * a_width : kind == 0 ? 9.0 : 12.0 + 5.0 * a_width) * u_ratio * (0.4 + 0.6 * u_density);
  float where = kind == 0 ? 0.0 : kind == 1 ? headAt(seconds) : 1.0;
  v_at = CORNERS[gl_VertexID % 6] * size;
  gl_Position = fromPx(toPx(along(where)) + v_at);
  v_colour = look().rgb;
  v_kind = float(kind);
  v_phase = phase;
  v_heavy = step(2.2, a_width);
  v_alpha = look().a * (u_still > 0.5 ? 0.4 : 1.0);
  v_size = size;
}
`;

export const RING_FRAGMENT = `${HEAD}
in vec3 v_colour;
in vec2 v_at;
flat in float v_kind;
in float v_phase;
in float v_heavy;
in float v_alpha;
in float v_size;
uniform float u_ratio;
${SHADE}
float ring(float radius, float away, float line) {
  return 1.0 - smoothstep(line * 0.5, line * 0.5 + u_ratio, abs(away - radius));
}
void main() {
  float away = length(v_at);
  float alpha = 0.0;
  vec3 colour = v_colour;
  if (v_kind < 0.5) {
    float grown = min(1.0, v_phase * 3.5);
    float fade = 1.0 - smoothstep(0.28, 1.0, v_phase);
    alpha = ring(mix(0.1, 0.62, grown) * v_size, away, 1.2 * u_ratio) * 0.55 * fade;
    alpha += (1.0 - smoothstep(0.8 * u_ratio, 2.0 * u_ratio, away)) * 0.9 * fade;
  } else if (v_kind < 1.5) {
    float glow = 1.0 - clamp(away / v_size, 0.0, 1.0);
    float core = 1.0 - smoothstep(0.9 * u_ratio, 2.0 * u_ratio, away);
    colour = u_blend > 0.5 ? v_colour * 0.75 : mix(v_colour, vec3(1.0), core * 0.85);
    alpha = glow * glow * 0.45 + core;
  } else {
    float grown = 1.0 - (1.0 - v_phase) * (1.0 - v_phase);
    float fade = (1.0 - v_phase) * (1.0 - v_phase);
    alpha = ring(mix(2.0 * u_ratio, v_size - 2.0 * u_ratio, grown), away, 1.3 * u_ratio) * fade;
    float second = clamp(v_phase * 1.3 - 0.3, 0.0, 1.0);
    alpha += v_heavy * ring(mix(1.0, v_size * 0.66, second), away, 1.0 * u_ratio) * fade * step(0.3, v_phase);
    alpha += (1.0 - smoothstep(0.0, 7.0 * u_ratio, away)) * 0.5 * fade * fade;
  }
  shade(colour, alpha * v_alpha);
}
`;

/** Night as a soft veil: how far the sun stands below the horizon, per pixel. */
export const NIGHT_VERTEX = `${HEAD}
uniform mat4 u_matrix;
uniform float u_copy;
out vec2 v_world;
const vec2 CORNERS[4] = vec2[4](vec2(0, 0), vec2(1, 0), vec2(0, 1), vec2(1, 1));
void main() {
  v_world = CORNERS[gl_VertexID];
  gl_Position = u_matrix * vec4(v_world.x + u_copy, v_world.y, 0.0, 1.0);
}
`;

export const NIGHT_FRAGMENT = `${HEAD}
in vec2 v_world;
uniform vec2 u_sun;
uniform vec4 u_veil;
out vec4 o_colour;
void main() {
  float lon = (v_world.x - 0.5) * TURN;
  float lat = atan(sinh((0.5 - v_world.y) * TURN));
  float height = sin(lat) * sin(u_sun.y) + cos(lat) * cos(u_sun.y) * cos(lon - u_sun.x);
  float night = smoothstep(0.08, -0.28, height);
  o_colour = vec4(u_veil.rgb, 1.0) * u_veil.a * night;
}
`;
