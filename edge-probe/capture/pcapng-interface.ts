import { MAX_TIME_MS } from './capture-end.ts';

const OPT_END = 0;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const FIRST_OPTION = 16;

/** One interface of a pcapng section. */
export interface PcapngInterface {
  readonly linkType: number;
  /** Most bytes captured of a packet; 0 when unlimited. */
  readonly snapLength: number;
  /** Time stamp units in a ms; below 1 when a unit is longer. */
  readonly unitsPerMs: number;
  /** Added to every time stamp, ms. */
  readonly offsetMs: number;
  /** Packets so far. */
  packets: number;
}

/**
 * Reads an Interface Description Block of `length` bytes at `at` (draft-ietf-opsawg-pcapng, 4.2): link type u16 at 8,
 * snap length u32 at 12, options from 16. An option that does not fit ends the options.
 */
export function readInterface(
  view: DataView,
  at: number,
  length: number,
  little: boolean,
): PcapngInterface {
  let unitsPerMs = 1_000;
  let offsetMs = 0;
  const end = at + length - 4;
  let option = at + FIRST_OPTION;
  while (option + 4 <= end) {
    const code = view.getUint16(option, little);
    const size = view.getUint16(option + 2, little);
    if (code === OPT_END || option + 4 + size > end) break;
    if (code === IF_TSRESOL && size >= 1) unitsPerMs = resolution(view.getUint8(option + 4));
    if (code === IF_TSOFFSET && size >= 8) {
      offsetMs = Number(view.getBigInt64(option + 4, little)) * 1000;
    }
    option += 4 + size + (-size & 3);
  }
  return {
    linkType: view.getUint16(at + 8, little),
    snapLength: view.getUint32(at + 12, little),
    unitsPerMs,
    offsetMs,
    packets: 0,
  };
}

/** Time in ms of a 64-bit time stamp in two halves, between 0 and MAX_TIME_MS. */
export function packetTime(iface: PcapngInterface, high: number, low: number): number {
  const ms = (high * 0x1_0000_0000 + low) / iface.unitsPerMs + iface.offsetMs;
  if (!(ms > 0)) return 0;
  return Math.min(ms, MAX_TIME_MS);
}

/** The most significant bit tells powers of 2 from powers of 10. */
function resolution(value: number): number {
  const exponent = value & 0x7f;
  return ((value & 0x80) === 0 ? 10 ** exponent : 2 ** exponent) / 1000;
}
