import type { JSX } from 'preact';
import { SERVICE_CLASSES } from '../../../core/classify/services.ts';
import { theme } from '../model/theme.ts';

/** Shapes on a 12 × 12 grid: filled ones first, drawn ones by `stroke`. */
const SHAPES: Readonly<Record<string, { readonly fill?: string; readonly stroke?: string }>> = {
  'remote-shell': { fill: 'M6 1.5 11 10.5H1Z' },
  'remote-desktop': { fill: 'M2 2h8v8H2Z' },
  web: { fill: 'M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z' },
  mail: { stroke: 'M1.5 3h9v6.5h-9ZM1.5 3 6 6.8 10.5 3' },
  'name-time': { stroke: 'M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM6 3.5V6h2.4' },
  'file-sharing': { fill: 'M6 1 11 6 6 11 1 6Z' },
  database: { fill: 'M4 4h4v4H4Z', stroke: 'M2 2h8v8H2Z' },
  voice: { stroke: 'M2 6.8V5.2M4.7 9V3M7.3 10.5v-9M10 7.5v-3' },
  'iot-industrial': { fill: 'M6 1l4.4 2.5v5L6 11 1.6 8.5v-5Z' },
  'network-control': { fill: 'M4.5 1.5h3v3h3v3h-3v3h-3v-3h-3v-3h3Z' },
  'tunnel-proxy': {
    fill: 'M6 4.4a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2Z',
    stroke: 'M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9Z',
  },
  other: { stroke: 'M6 2a4 4 0 1 0 0 8 4 4 0 0 0 0-8Z' },
};

/** The glyph of a service class in its colour; its name is said beside it. */
export function Glyph({ serviceClass }: { readonly serviceClass: number }): JSX.Element | null {
  const known = SERVICE_CLASSES[serviceClass];
  if (!known) return null;
  const shape = SHAPES[known.name] ?? {};
  const colour = theme.value === 'light' ? known.light : known.dark;
  return (
    <svg class="glyph" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      {shape.fill && <path d={shape.fill} fill={colour} />}
      {shape.stroke && (
        <path
          d={shape.stroke}
          fill="none"
          stroke={colour}
          stroke-width="1.3"
          stroke-linejoin="round"
        />
      )}
    </svg>
  );
}

/** A stroke of the class's line: its colour and its dash. */
export function LineSample({
  serviceClass,
}: {
  readonly serviceClass: number;
}): JSX.Element | null {
  const known = SERVICE_CLASSES[serviceClass];
  if (!known) return null;
  const colour = theme.value === 'light' ? known.light : known.dark;
  return (
    <svg class="line-sample" viewBox="0 0 28 4" width="28" height="4" aria-hidden="true">
      <path
        d="M0 2h28"
        stroke={colour}
        stroke-width="1.5"
        stroke-dasharray={known.dash.join(' ')}
      />
    </svg>
  );
}
