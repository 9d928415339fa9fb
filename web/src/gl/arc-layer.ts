import type { DrawFrame, SurfaceLayer } from '../map/surface.ts';
import type { ArcField } from './arc-field.ts';
import { type ArcLook, ArcPainter } from './arc-painter.ts';

/** What the layer asks of its surroundings. */
export interface ArcLayerPorts {
  readonly look: () => ArcLook;
  /** Seconds of the clock that flights start by. */
  readonly seconds: () => number;
}

/** The arcs as a layer of the map. */
export class ArcLayer implements SurfaceLayer {
  readonly id = 'skirmish-arcs';
  readonly #field: ArcField;
  readonly #ports: ArcLayerPorts;
  #painter: ArcPainter | undefined;

  constructor(field: ArcField, ports: ArcLayerPorts) {
    this.#field = field;
    this.#ports = ports;
  }

  start(gl: WebGL2RenderingContext): void {
    this.#painter = new ArcPainter(gl, this.#field);
  }

  draw(_gl: WebGL2RenderingContext, frame: DrawFrame): void {
    this.#painter?.draw(this.#field, this.#ports.look(), frame, this.#ports.seconds());
  }

  stop(): void {
    this.#painter?.release();
    this.#painter = undefined;
  }
}
