/** A filter, and the ports it is narrowed to: single ones and ranges such as 8000-8100. */
export function withPorts(filter: string, ports: readonly string[]): string {
  if (ports.length === 0) return filter;
  const each = ports.map((port) => (port.includes('-') ? `portrange ${port}` : `port ${port}`));
  const narrowed = `(${each.join(' or ')})`;
  return filter.trim() === '' ? narrowed : `(${filter}) and ${narrowed}`;
}
