/** Names of the service classes, in the order a legend shows them. */
export type ServiceClassName =
  | 'remote-shell'
  | 'remote-desktop'
  | 'web'
  | 'mail'
  | 'name-time'
  | 'file-sharing'
  | 'database'
  | 'voice'
  | 'iot-industrial'
  | 'network-control'
  | 'tunnel-proxy'
  | 'other';

/** How a class of services is drawn; colour, dash and glyph each tell classes apart as well as they can. */
export interface ServiceClass {
  readonly name: ServiceClassName;
  readonly label: string;
  /** One character. */
  readonly glyph: string;
  /** Lengths in px of strokes and gaps in turn; empty for a solid line. */
  readonly dash: readonly number[];
  /** sRGB hex on the light ground: OKLCH with one lightness and chroma for all. */
  readonly light: string;
  /** sRGB hex on the dark ground, likewise. */
  readonly dark: string;
}

/**
 * Every class, in the order a legend shows them. Light: OKLCH lightness 0.55, chroma 0.093. Dark: 0.75 and 0.126, about
 * the most that sRGB holds at every hue. Hues are those whose least distance under simulated deuteranopia, protanopia
 * and tritanopia is largest, at least 13 degrees apart.
 */
export function serviceClasses(): readonly ServiceClass[] {
  return [
    drawn('remote-shell', 'Remote shell', '▲', { dash: [], light: '#a05a62', dark: '#f28b97' }),
    drawn('remote-desktop', 'Remote desktop', '■', {
      dash: [10, 4],
      light: '#7a65a0',
      dark: '#ba9bf2',
    }),
    drawn('web', 'Web', '●', { dash: [2, 3], light: '#5c6ea8', dark: '#8fa9fe' }),
    drawn('mail', 'Mail', '✉', { dash: [10, 3, 2, 3], light: '#955b84', dark: '#e18eca' }),
    drawn('name-time', 'Names and time', '◷', { dash: [1, 6], light: '#04818a', dark: '#11c5d2' }),
    drawn('file-sharing', 'File sharing', '◆', { dash: [6, 6], light: '#906a2b', dark: '#daa347' }),
    drawn('database', 'Database', '▣', { dash: [14, 3], light: '#2e8366', dark: '#4cc79d' }),
    drawn('voice', 'Voice and chat', '♪', {
      dash: [4, 2, 1, 2],
      light: '#9b5a77',
      dark: '#ea8bb6',
    }),
    drawn('iot-industrial', 'IoT and industrial', '⬢', {
      dash: [14, 3, 2, 3, 2, 3],
      light: '#6b7937',
      dark: '#a4ba58',
    }),
    drawn('network-control', 'Network control', '✚', {
      dash: [3, 8],
      light: '#488152',
      dark: '#72c480',
    }),
    drawn('tunnel-proxy', 'Tunnel and proxy', '◎', {
      dash: [8, 3, 8, 8],
      light: '#876096',
      dark: '#ce94e3',
    }),
    drawn('other', 'Other', '○', { dash: [1, 3], light: '#5a7e44', dark: '#8cc06c' }),
  ];
}

function drawn(
  name: ServiceClassName,
  label: string,
  glyph: string,
  look: Pick<ServiceClass, 'dash' | 'light' | 'dark'>,
): ServiceClass {
  return { name, label, glyph, ...look };
}
