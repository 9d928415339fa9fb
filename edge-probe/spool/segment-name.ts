const NAME = /^(\d{10})\.seg$/;

export function segmentName(id: number): string {
  return `${String(id).padStart(10, '0')}.seg`;
}

/** The id of a segment of this name; undefined when it is no segment's. */
export function segmentId(name: string): number | undefined {
  const digits = NAME.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
