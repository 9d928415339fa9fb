import { PrefixTable } from '../../core/network/prefix-table.ts';
import { isGlobal, type Network, parseNetwork } from '../../core/redact/network.ts';

/** When an entry counts: seconds since the epoch, `until` not included. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** A list that addresses can be looked up in. */
export interface ListTable {
  /** Each network's value is 0 when it always counts, else 1 + its place in `validities`. */
  readonly networks: PrefixTable;
  readonly validities: readonly Validity[];
}

/** A list, and what in its text was no use. */
export interface ParsedList {
  readonly table: ListTable;
  /** Entries that are used. */
  readonly entries: number;
  /** What could not be used, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** The first few refused entries: `line 7: "x" is no address or network`. */
  readonly told: readonly string[];
}

/** Entries of one list; more than these are refused. */
export const MAX_ENTRIES = 2_000_000;
/** Of entries with a time: each takes twenty times the memory while a list is read. */
const MAX_TIMED = 500_000;
/** Wider networks are a mistake, or an attempt to list everybody. */
const WIDEST = { v4: 8, v6: 16 } as const;
const MAX_TOLD = 5;
const FOR_EVER: Validity = { from: 0, until: 0xffff_ffff };

const SAYS = {
  'no-address': 'is no address or network',
  'too-wide': `is wider than /${WIDEST.v4} or, of IPv6, /${WIDEST.v6}`,
  'not-global': 'is private, reserved or otherwise not of the internet',
  'too-many': `is beyond the first ${MAX_ENTRIES} entries, or ${MAX_TIMED} with a time`,
} as const;

/** Collects the entries of a list, and counts what is no use. */
export class ListBuilder {
  readonly #networks = new PrefixTable();
  readonly #timed = new Map<string, Timed>();
  readonly #refused: Record<string, number> = {};
  readonly #told: string[] = [];
  #entries = 0;

  /** Takes an address or network in text, which stands at `where` (line 7); what is none is counted. */
  add(text: string, where: string, validity: Validity = FOR_EVER): void {
    const network = networkOf(text);
    const reason = network === undefined ? 'no-address' : this.#reasonAgainst(network);
    if (network === undefined || reason !== undefined) {
      const why = reason ?? 'no-address';
      this.refuse(why, `${where}: "${shown(text)}" ${SAYS[why]}`);
      return;
    }
    if (validity.from > 0 || validity.until < FOR_EVER.until) this.#addTimed(network, validity);
    else if (this.#networks.add(network.address, network.bits, 0)) this.#entries++;
  }

  /** Counts what is no use for `reason`; the first few are told. */
  refuse(reason: string, told: string): void {
    this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    if (this.#told.length < MAX_TOLD) this.#told.push(told);
  }

  build(): ParsedList {
    const validities: Validity[] = [];
    for (const { network, validity } of this.#timed.values()) {
      const isNew = this.#networks.add(network.address, network.bits, validities.length + 1);
      if (isNew) validities.push(validity);
    }
    return {
      table: { networks: this.#networks, validities },
      entries: this.#networks.size,
      refused: this.#refused,
      told: this.#told,
    };
  }

  #reasonAgainst({ address, bits }: Network): keyof typeof SAYS | undefined {
    if (bits < (address.length === 4 ? WIDEST.v4 : WIDEST.v6)) return 'too-wide';
    if (!isGlobal(address)) return 'not-global';
    const isFull = this.#entries >= MAX_ENTRIES || this.#timed.size >= MAX_TIMED;
    return isFull ? 'too-many' : undefined;
  }

  /** Of one network listed twice, both times count, and what lies between them. */
  #addTimed(network: Network, { from, until }: Validity): void {
    const key = `${network.address}/${network.bits}`;
    const old = this.#timed.get(key)?.validity ?? { from, until };
    const validity = { from: Math.min(from, old.from), until: Math.max(until, old.until) };
    this.#timed.set(key, { network, validity });
  }
}

interface Timed {
  readonly network: Network;
  readonly validity: Validity;
}

/** `192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`; a port behind an IPv4 address is left out. */
function networkOf(text: string): Network | undefined {
  return parseNetwork(text.includes('/') ? text : withoutPort(text));
}

function withoutPort(text: string): string {
  const colon = text.indexOf(':');
  return colon > 0 && colon === text.lastIndexOf(':') ? text.slice(0, colon) : text;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
