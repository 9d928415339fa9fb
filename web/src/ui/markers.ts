import { placeLabels } from '../map/labels.ts';
import type { MapSurface } from '../map/surface.ts';
import type { Site } from '../model/sensors.ts';

interface Marker {
  readonly site: Site;
  readonly ring: HTMLElement;
  readonly label: HTMLElement;
  readonly width: number;
  readonly height: number;
}

/** Quiet rings and names where sensors stand, kept on the map as it moves. */
export class Markers {
  readonly #layer: HTMLElement;
  readonly #surface: MapSurface;
  #markers: readonly Marker[] = [];

  constructor(parent: HTMLElement, surface: MapSurface) {
    this.#surface = surface;
    this.#layer = document.createElement('div');
    this.#layer.className = 'markers';
    this.#layer.setAttribute('aria-hidden', 'true');
    parent.append(this.#layer);
    surface.onMove(() => this.place());
  }

  /** Shows exactly these sites. */
  show(sites: readonly Site[]): void {
    this.#layer.replaceChildren();
    this.#markers = sites.map((site) => this.#make(site));
    this.place();
  }

  /** Puts rings and labels where their sites are now. */
  place(): void {
    const points = this.#markers.map(({ site }) => this.#surface.project(site.lon, site.lat));
    const spots = placeLabels(
      this.#markers.map(({ width, height }, index) => ({
        x: points[index]?.x ?? 0,
        y: points[index]?.y ?? 0,
        width,
        height,
      })),
      { width: this.#layer.clientWidth, height: this.#layer.clientHeight },
    );
    for (const [index, { ring, label }] of this.#markers.entries()) {
      const point = points[index];
      const spot = spots[index];
      if (point) ring.style.transform = `translate(${point.x}px, ${point.y}px)`;
      label.classList.toggle('hidden', !spot);
      if (spot) label.style.transform = `translate(${spot.x}px, ${spot.y}px)`;
    }
  }

  #make(site: Site): Marker {
    const ring = document.createElement('span');
    ring.className = 'marker-ring';
    const label = document.createElement('span');
    label.className = 'marker-label';
    label.textContent = site.label;
    this.#layer.append(ring, label);
    return { site, ring, label, width: label.offsetWidth, height: label.offsetHeight };
  }
}
