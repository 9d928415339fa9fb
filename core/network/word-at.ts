/** Four bytes of an address, from `at` on, as a number: 0x01020304 of 1.2.3.4. */
export function wordAt(address: Uint8Array, at: number): number {
  return (
    (((address[at] as number) << 24) |
      ((address[at + 1] as number) << 16) |
      ((address[at + 2] as number) << 8) |
      (address[at + 3] as number)) >>>
    0
  );
}
