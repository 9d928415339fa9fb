const MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const BYTES: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };

/** When a file is finished: what `--rotate` says, the other one never. */
export function readRotation(text: string): { rotateMs: number; rotateBytes: number } {
  const [, number = '', unit = ''] = /^(\d+)([a-zA-Z]+)$/.exec(text) ?? [];
  const never = Number.POSITIVE_INFINITY;
  return {
    rotateMs: unit in MS ? Number(number) * (MS[unit] as number) : never,
    rotateBytes: unit in BYTES ? Number(number) * (BYTES[unit] as number) : never,
  };
}
