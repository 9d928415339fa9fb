/** What the numbers of a field measure. */
export type Unit = 'plain' | 'count' | 'bytes' | 'time' | 'share';

const FACTORS: Readonly<Record<Unit, Readonly<Record<string, number>>>> = {
  plain: { '': 1 },
  count: { '': 1, k: 1e3, m: 1e6, g: 1e9 },
  bytes: {
    ...{ '': 1, b: 1, k: 1e3, kb: 1e3, m: 1e6, mb: 1e6, g: 1e9, gb: 1e9, t: 1e12, tb: 1e12 },
    ...{ kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
  },
  time: { ms: 1, '': 1e3, s: 1e3, m: 6e4, min: 6e4, h: 36e5, d: 864e5 },
  share: { '': 1, '%': 1 },
};

/** Units that canonical text uses, largest first. */
const SAID: Readonly<Record<Unit, readonly string[]>> = {
  plain: [''],
  count: ['g', 'm', 'k', ''],
  bytes: ['tb', 'gb', 'mb', 'kb', ''],
  time: ['h', 'min', 's', 'ms'],
  share: ['%'],
};

const SHAPE = /^(\d{1,15}(?:\.\d{1,6})?|\.\d{1,6})([a-z%]{0,3})$/;

/**
 * The number a text says, in the field's own unit: bytes, ms, or per cent. A bare time is in seconds; a bare share of at
 * most 1 is a fraction, so that 0.8 is 80 %. Undefined when it is no number, or its unit is another one.
 */
export function parseQuantity(text: string, unit: Unit): number | undefined {
  const [, digits, suffix = ''] = SHAPE.exec(text.toLowerCase()) ?? [];
  if (digits === undefined || !Object.hasOwn(FACTORS[unit], suffix)) return undefined;
  const value = Number(digits) * (FACTORS[unit][suffix] as number);
  const fraction = unit === 'share' && suffix === '' && value <= 1;
  return Math.round((fraction ? value * 100 : value) * 1e6) / 1e6;
}

/** A whole number with the largest unit that says it without a fraction. */
export function quantityText(value: number, unit: Unit): string {
  for (const name of SAID[unit]) {
    const factor = FACTORS[unit][name] as number;
    if (value % factor === 0 && (value > 0 || name === SAID[unit].at(-1)))
      return `${value / factor}${name}`;
  }
  return String(value);
}
