import { Buffer } from 'node:buffer';
import { parseAddress } from '../../core/redact/address.ts';

/** What a row of a small .mmdb file may have. */
export type MmdbValue = string | number | boolean | { readonly [name: string]: MmdbValue };

type Node = [left: Child, right: Child];
type Child = Node | { readonly at: number } | undefined;

/**
 * Bytes of an .mmdb file with a row for each IPv4 network; whole numbers are written as uint32, others as doubles.
 * Source: https://maxmind.github.io/MaxMind-DB/
 */
export function mmdbOf(
  rows: Readonly<Record<string, MmdbValue>>,
  about: { readonly type?: string; readonly builtAt?: number } = {},
): Buffer {
  const root: Node = [undefined, undefined];
  const parts: Buffer[] = [];
  let at = 0;
  for (const [cidr, row] of Object.entries(rows)) {
    insert(root, cidr, { at });
    const bytes = encoded(row);
    parts.push(bytes);
    at += bytes.length;
  }
  const nodes = numbered(root);
  const metadata = {
    node_count: nodes.length,
    record_size: 24,
    ip_version: 4,
    database_type: about.type ?? 'Test',
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: Math.floor((about.builtAt ?? 0) / 1000),
  };
  return Buffer.concat([
    treeOf(nodes),
    Buffer.alloc(16),
    ...parts,
    Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'),
    encoded(metadata),
  ]);
}

function insert(root: Node, cidr: string, leaf: { readonly at: number }): void {
  const [text = '', bits = '32'] = cidr.split('/');
  const address = parseAddress(text);
  if (address?.length !== 4) throw new Error(`${cidr} is no IPv4 network`);
  let node = root;
  for (let i = 0; i < Number(bits); i++) {
    const side = ((address[i >> 3] as number) >> (7 - (i & 7))) & 1;
    if (i === Number(bits) - 1) {
      node[side] = leaf;
      return;
    }
    const next = node[side];
    const child: Node = Array.isArray(next) ? next : [undefined, undefined];
    node[side] = child;
    node = child;
  }
}

function numbered(root: Node): readonly Node[] {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) {
    for (const child of nodes[i] ?? []) if (Array.isArray(child)) nodes.push(child);
  }
  return nodes;
}

function treeOf(nodes: readonly Node[]): Buffer {
  const index = new Map(nodes.map((node, i) => [node, i]));
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, i) => {
    node.forEach((child, side) => {
      const record = Array.isArray(child)
        ? (index.get(child) as number)
        : nodes.length + (child === undefined ? 0 : 16 + child.at);
      tree.writeUIntBE(record, i * 6 + side * 3, 3);
    });
  });
  return tree;
}

function encoded(value: MmdbValue): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([control(2, text.length), text]);
  }
  if (typeof value === 'boolean') return control(14, value ? 1 : 0);
  if (typeof value === 'number') return number(value);
  const fields = Object.entries(value);
  return Buffer.concat([
    control(7, fields.length),
    ...fields.flatMap(([name, field]) => [encoded(name), encoded(field)]),
  ]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(Number.isInteger(value) ? 4 : 8);
  if (Number.isInteger(value)) bytes.writeUInt32BE(value);
  else bytes.writeDoubleBE(value);
  return Buffer.concat([control(Number.isInteger(value) ? 6 : 3, bytes.length), bytes]);
}

function control(type: number, size: number): Buffer {
  if (size > 284) throw new Error('longer than a test needs');
  const first = (type <= 7 ? type << 5 : 0) | Math.min(size, 29);
  const extended = type <= 7 ? [] : [type - 7];
  return Buffer.from([first, ...extended, ...(size >= 29 ? [size - 29] : [])]);
}
