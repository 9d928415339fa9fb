import type { DrawFrame } from '../map/surface.ts';
import type { ArcField } from './arc-field.ts';
import { gpuClock, SEGMENTS, TRACE_SEGMENTS } from './flight.ts';
import { Instances } from './instances.ts';
import { link, type Program } from './program.ts';
import {
  FLIGHT_FRAGMENT,
  FLIGHT_VERTEX,
  NIGHT_FRAGMENT,
  NIGHT_VERTEX,
  RING_FRAGMENT,
  RING_VERTEX,
  TRACE_FRAGMENT,
  TRACE_VERTEX,
} from './shaders.ts';

const STRIP_VERTICES = (SEGMENTS + 1) * 2;
const TRACE_VERTICES = (TRACE_SEGMENTS + 1) * 2;
const RING_VERTICES = 18;

/** How everything is to look at this drawing. */
export interface ArcLook {
  /** From `paletteUniform`. */
  readonly palette: Float32Array;
  /** From `dashUniform`. */
  readonly dashes: Float32Array;
  readonly light: boolean;
  readonly reducedMotion: boolean;
  /** Sun overhead, radians. */
  readonly sun: { readonly lon: number; readonly lat: number };
  /** Colour and strength of the night. */
  readonly veil: readonly [number, number, number, number];
}

interface Scene {
  readonly look: ArcLook;
  readonly frame: DrawFrame;
  readonly seconds: number;
}

/** The GPU's side of the arcs: programs, buffers, draw calls. Holds no state of events. */
export class ArcPainter {
  readonly #gl: WebGL2RenderingContext;
  readonly #flight: Program;
  readonly #trace: Program;
  readonly #ring: Program;
  readonly #night: Program;
  readonly #flights: Instances;
  readonly #corridors: Instances;
  readonly #empty: WebGLVertexArrayObject;

  constructor(gl: WebGL2RenderingContext, field: ArcField) {
    this.#gl = gl;
    this.#flight = link(gl, FLIGHT_VERTEX, FLIGHT_FRAGMENT);
    this.#trace = link(gl, TRACE_VERTEX, TRACE_FRAGMENT);
    this.#ring = link(gl, RING_VERTEX, RING_FRAGMENT);
    this.#night = link(gl, NIGHT_VERTEX, NIGHT_FRAGMENT);
    this.#flights = new Instances(gl, field.ring.data);
    this.#corridors = new Instances(gl, field.corridors.data);
    this.#empty = gl.createVertexArray();
  }

  /** Draws night, traces, flights and rings, each in one call per visible copy of the world. */
  draw(field: ArcField, look: ArcLook, frame: DrawFrame, seconds: number): void {
    const gl = this.#gl;
    this.#flights.upload(field.ring.data, field.ring.takeDirty());
    if (field.corridors.takeDirty())
      this.#corridors.upload(field.corridors.data, [{ first: 0, count: field.corridors.size }]);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.disable(gl.CULL_FACE);
    gl.enable(gl.BLEND);
    this.#drawNight(look, frame);
    this.#drawTraces(field, { look, frame, seconds });
    this.#drawFlights(field, { look, frame, seconds });
    gl.bindVertexArray(null);
  }

  release(): void {
    this.#flights.release();
    this.#corridors.release();
    this.#gl.deleteVertexArray(this.#empty);
    for (const program of [this.#flight, this.#trace, this.#ring, this.#night])
      this.#gl.deleteProgram(program.handle);
  }

  #drawNight(look: ArcLook, frame: DrawFrame): void {
    const gl = this.#gl;
    const night = this.#night;
    gl.blendFuncSeparate(gl.ONE, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE);
    gl.useProgram(night.handle);
    gl.bindVertexArray(this.#empty);
    gl.uniformMatrix4fv(night.uniform('u_matrix'), false, frame.matrix);
    gl.uniform2f(night.uniform('u_sun'), look.sun.lon, look.sun.lat);
    gl.uniform4f(night.uniform('u_veil'), ...look.veil);
    for (const copy of frame.copies) {
      gl.uniform1f(night.uniform('u_copy'), copy);
      gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    }
  }

  /** Traces add up: light on dark, ink on light. */
  #drawTraces(field: ArcField, scene: Scene): void {
    const gl = this.#gl;
    if (!field.corridors.visible(scene.seconds)) return;
    if (scene.look.light) gl.blendFuncSeparate(gl.DST_COLOR, gl.ZERO, gl.ZERO, gl.ONE);
    else gl.blendFuncSeparate(gl.ONE, gl.ONE_MINUS_SRC_COLOR, gl.ZERO, gl.ONE);
    this.#corridors.bind(0);
    this.#each(this.#trace, { ...scene, blend: scene.look.light ? 1 : 0 }, () =>
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, TRACE_VERTICES, field.corridors.size),
    );
  }

  /** Flights add light on dark; on light they cover, since ink on ink would end in black. */
  #drawFlights(field: ArcField, scene: Scene): void {
    const gl = this.#gl;
    const { first, count } = field.ring.run();
    if (count === 0) return;
    if (scene.look.light) gl.blendFuncSeparate(gl.ONE, gl.ONE_MINUS_SRC_ALPHA, gl.ZERO, gl.ONE);
    else gl.blendFuncSeparate(gl.ONE, gl.ONE_MINUS_SRC_COLOR, gl.ZERO, gl.ONE);
    const blended = { ...scene, blend: scene.look.light ? 2 : 0 };
    this.#flights.bind(first);
    this.#each(this.#flight, blended, () =>
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, STRIP_VERTICES, count),
    );
    this.#each(this.#ring, blended, () =>
      gl.drawArraysInstanced(gl.TRIANGLES, 0, RING_VERTICES, count),
    );
  }

  #each(program: Program, scene: Scene & { readonly blend: number }, drawOne: () => void): void {
    const gl = this.#gl;
    const { look, frame, seconds } = scene;
    gl.useProgram(program.handle);
    gl.uniformMatrix4fv(program.uniform('u_matrix'), false, frame.matrix);
    gl.uniform2f(program.uniform('u_viewport'), frame.width, frame.height);
    gl.uniform1f(program.uniform('u_ratio'), frame.pixelRatio);
    gl.uniform1f(program.uniform('u_now'), gpuClock(seconds));
    gl.uniform1f(program.uniform('u_still'), look.reducedMotion ? 1 : 0);
    gl.uniform1f(program.uniform('u_blend'), scene.blend);
    // On a small map the same traces lie closer: draw each fainter.
    gl.uniform1f(program.uniform('u_density'), Math.max(0.4, Math.min(1, frame.worldPx / 1_300)));
    gl.uniform4fv(program.uniform('u_palette'), look.palette);
    gl.uniform4fv(program.uniform('u_dash'), look.dashes);
    // An arc unwraps from its source's world, so its end may lie one world further on.
    for (const copy of beside(frame.copies)) {
      gl.uniform1f(program.uniform('u_copy'), copy);
      drawOne();
    }
  }
}

function beside(copies: readonly number[]): readonly number[] {
  const first = copies[0] ?? 0;
  const last = copies.at(-1) ?? 0;
  return Array.from({ length: last - first + 3 }, (_, index) => first - 1 + index);
}
