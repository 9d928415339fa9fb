import { readPlanes, writePlanes } from '../bytes/columns.ts';
import type { Reader } from '../bytes/reader.ts';
import { readTexts, writeTexts } from '../bytes/texts.ts';
import type { Writer } from '../bytes/writer.ts';
import { parseAddress } from '../redact/address.ts';
import { addressText } from '../redact/network.ts';

/**
 * How a label is written: as text, or as the leading bytes of the address or network that it says. Only a label that its
 * bytes give back exactly is not written as text.
 */
const FORMS = [
  { bytes: 0, suffix: '' },
  { bytes: 4, suffix: '' },
  { bytes: 3, suffix: '/24' },
  { bytes: 16, suffix: '' },
  { bytes: 6, suffix: '/48' },
] as const;
const TEXT = 0;
const IPV4 = 1;
const IPV4_NETWORK = 2;
const IPV6 = 3;
const IPV6_NETWORK = 4;

const ZERO = 48;

/**
 * Writes labels of endpoints, most of which are addresses or networks.
 *
 *   form of each label: planes of one byte · for each form with bytes: their first bytes, their second … · texts of the others
 */
export function writeLabels(writer: Writer, labels: readonly string[]): void {
  const forms = new Uint32Array(labels.length);
  const bytes: Uint8Array[][] = FORMS.map(() => []);
  const texts: string[] = [];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as string;
    const form = formOf(label, bytes);
    forms[i] = form;
    if (form === TEXT) texts.push(label);
  }
  writePlanes(writer, forms, 1);
  FORMS.forEach((form, i) => {
    writer.section();
    writer.bytes(interleaved(bytes[i] as Uint8Array[], form.bytes));
  });
  writeTexts(writer, texts);
}

/** Reads `count` labels; the caller has bounded `count`. */
export function readLabels(reader: Reader, count: number): string[] {
  const forms = readPlanes(reader, count, 1, FORMS.length - 1);
  const byForm = FORMS.map((_, form) =>
    forms.reduce((sum, one) => sum + (one === form ? 1 : 0), 0),
  );
  const labels = FORMS.map((form, i) =>
    i === TEXT ? [] : readNetworks(reader, byForm[i] as number, form),
  );
  labels[TEXT] = readTexts(reader, byForm[TEXT] as number);
  if (reader.failure !== undefined) return [];
  const next = FORMS.map(() => 0);
  return Array.from(forms, (form) => {
    const at = next[form] as number;
    next[form] = at + 1;
    return (labels[form] as string[])[at] as string;
  });
}

function readNetworks(
  reader: Reader,
  count: number,
  { bytes, suffix }: (typeof FORMS)[number],
): string[] {
  const planes = reader.bytes(count * bytes);
  if (planes.length < count * bytes) return [];
  const address = new Uint8Array(bytes <= 4 ? 4 : 16);
  return Array.from({ length: count }, (_, i) => {
    for (let byte = 0; byte < bytes; byte++) address[byte] = planes[byte * count + i] as number;
    return addressText(address) + suffix;
  });
}

/** The form of a label, whose bytes are added to those of its form. */
function formOf(label: string, bytes: readonly Uint8Array[][]): number {
  const last = label.charCodeAt(label.length - 1);
  if (label.includes(':')) return formOfIpv6(label, bytes);
  // Neither a digit at its end nor a dot near its beginning: a name.
  if (!(last >= ZERO && last <= ZERO + 9)) return TEXT;
  const dot = label.indexOf('.');
  if (dot < 1 || dot > 3) return TEXT;
  if (!label.endsWith('/24')) return keep(parseAddress(label), IPV4, bytes);
  const address = parseAddress(label.slice(0, -3));
  return address?.[3] === 0 ? keep(address, IPV4_NETWORK, bytes) : TEXT;
}

function formOfIpv6(label: string, bytes: readonly Uint8Array[][]): number {
  const form = label.endsWith('/48') ? IPV6_NETWORK : IPV6;
  const address = parseAddress(form === IPV6 ? label : label.slice(0, -3));
  if (address?.length !== 16) return TEXT;
  const kept = FORMS[form].bytes;
  if (address.subarray(kept).some((byte) => byte !== 0)) return TEXT;
  return addressText(address) + FORMS[form].suffix === label ? keep(address, form, bytes) : TEXT;
}

function keep(
  address: Uint8Array | undefined,
  form: number,
  bytes: readonly Uint8Array[][],
): number {
  if (address === undefined) return TEXT;
  bytes[form]?.push(address);
  return form;
}

function interleaved(addresses: readonly Uint8Array[], size: number): Uint8Array {
  const count = addresses.length;
  const planes = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const address = addresses[i] as Uint8Array;
    for (let byte = 0; byte < size; byte++) planes[byte * count + i] = address[byte] as number;
  }
  return planes;
}
