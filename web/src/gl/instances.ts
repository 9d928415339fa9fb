import type { Run } from './arc-ring.ts';
import { FLOATS } from './flight.ts';
import { SLOTS } from './program.ts';

const BYTES = FLOATS * 4;
const LAYOUT: readonly (readonly [name: string, size: number, offset: number])[] = [
  ['a_from', 2, 0],
  ['a_to', 2, 2],
  ['a_start', 1, 4],
  ['a_width', 1, 5],
  ['a_bend', 1, 6],
  ['a_class', 1, 7],
  ['a_bow', 1, 8],
];

/** A buffer of instances on the GPU and the vertex array that reads it. */
export class Instances {
  readonly #gl: WebGL2RenderingContext;
  readonly #buffer: WebGLBuffer;
  readonly #array: WebGLVertexArrayObject;
  #first = -1;

  constructor(gl: WebGL2RenderingContext, data: Float32Array) {
    this.#gl = gl;
    this.#buffer = gl.createBuffer();
    this.#array = gl.createVertexArray();
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.DYNAMIC_DRAW);
  }

  /** Uploads only what changed. */
  upload(data: Float32Array, runs: readonly Run[]): void {
    const gl = this.#gl;
    if (runs.length === 0) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    for (const { first, count } of runs)
      gl.bufferSubData(gl.ARRAY_BUFFER, first * BYTES, data, first * FLOATS, count * FLOATS);
  }

  /** Reads from instance `first` on: WebGL2 has no base instance, so the attributes move. */
  bind(first: number): void {
    const gl = this.#gl;
    gl.bindVertexArray(this.#array);
    if (this.#first === first) return;
    this.#first = first;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffer);
    for (const [name, size, offset] of LAYOUT) {
      const slot = SLOTS[name] as number;
      gl.enableVertexAttribArray(slot);
      gl.vertexAttribPointer(slot, size, gl.FLOAT, false, BYTES, first * BYTES + offset * 4);
      gl.vertexAttribDivisor(slot, 1);
    }
  }

  release(): void {
    this.#gl.deleteBuffer(this.#buffer);
    this.#gl.deleteVertexArray(this.#array);
  }
}
