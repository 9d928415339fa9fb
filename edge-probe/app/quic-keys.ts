import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** What Initial packets of a version are protected with. */
interface InitialSecrets {
  readonly salt: Uint8Array;
  /** What the labels of keys begin with. */
  readonly label: 'quic' | 'quicv2';
}

const DRAFT_22 = salt('7fbcdb0e7c66bbe92a96cd21519ebd7a02644190');
const DRAFT_23 = salt('c3eef712c72ebb5a11a7d2432bb46365bef9f502');
const DRAFT_29 = salt('afbfec289993d24c9e9786f19c6111e04390a899');
const VERSION_1 = salt('38762cf7f55934b34d179ae6a4c80cadccbb7f0a');
const VERSION_2 = salt('0dede3def700a6db819381be6e269dcbf9bd2ed9', 'quicv2');
const DRAFT = 0xff000000;
const TAG_BYTES = 16;
const SAMPLE_BYTES = 16;

/** RFC 9001, 5.2; RFC 9369, 3.3; the same sections of the drafts; Facebook's mvfst numbers its own. Undefined: not readable. */
export function initialSecrets(version: number): InitialSecrets | undefined {
  if (version === 1) return VERSION_1;
  if (version === 0x6b3343cf) return VERSION_2;
  if (version === 0xfaceb001) return DRAFT_22;
  if (version === 0xfaceb002) return DRAFT_23;
  const draft = version - DRAFT;
  if (draft === 22) return DRAFT_22;
  if (draft >= 23 && draft <= 28) return DRAFT_23;
  if (draft >= 29 && draft <= 32) return DRAFT_29;
  return draft >= 33 && draft <= 34 ? VERSION_1 : undefined;
}

/** An Initial packet of a client: where its parts are in `bytes`. */
export interface InitialPacket {
  readonly bytes: Uint8Array;
  /** First byte of the header. */
  readonly at: number;
  readonly connection: Uint8Array;
  /** Where the packet number, still protected, begins. */
  readonly numberAt: number;
  readonly end: number;
}

/** The frames in an Initial packet of a client; undefined when it is not what it seems. */
export function openInitial(
  packet: InitialPacket,
  secrets: InitialSecrets,
): Uint8Array | undefined {
  const { bytes, at, numberAt, end } = packet;
  if (numberAt + 4 + SAMPLE_BYTES + TAG_BYTES > end) return undefined;
  const { key, iv, mask } = keysOf(
    packet.connection,
    secrets,
    bytes.subarray(numberAt + 4, numberAt + 4 + SAMPLE_BYTES),
  );
  const header = bytes.slice(at, numberAt + 4);
  header[0] = (header[0] as number) ^ ((mask[0] as number) & 0x0f);
  const numberBytes = ((header[0] as number) & 3) + 1;
  for (let i = 0; i < numberBytes; i++) {
    const place = numberAt - at + i;
    header[place] = (header[place] as number) ^ (mask[1 + i] as number);
    iv[12 - numberBytes + i] = (iv[12 - numberBytes + i] as number) ^ (header[place] as number);
  }
  const from = numberAt + numberBytes;
  const decipher = createDecipheriv('aes-128-gcm', key, iv);
  decipher.setAAD(header.subarray(0, numberAt - at + numberBytes));
  decipher.setAuthTag(bytes.subarray(end - TAG_BYTES, end));
  const frames = decipher.update(bytes.subarray(from, end - TAG_BYTES));
  return isAuthentic(decipher) ? frames : undefined;
}

/** Node tells a wrong tag by throwing. */
function isAuthentic(decipher: { final(): unknown }): boolean {
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

function keysOf(
  connection: Uint8Array,
  { salt: own, label }: InitialSecrets,
  sample: Uint8Array,
): { key: Uint8Array; iv: Uint8Array; mask: Uint8Array } {
  const initial = createHmac('sha256', own).update(connection).digest();
  const client = expand(initial, 'client in', 32);
  const cipher = createCipheriv('aes-128-ecb', expand(client, `${label} hp`, 16), null);
  return {
    key: expand(client, `${label} key`, 16),
    iv: expand(client, `${label} iv`, 12),
    mask: cipher.update(sample),
  };
}

/** HKDF-Expand-Label for at most one hash (RFC 8446, 7.1). */
function expand(secret: Uint8Array, label: string, length: number): Uint8Array {
  const info = Buffer.from(`\0\0\0tls13 ${label}\0\x01`, 'latin1');
  info[1] = length;
  info[2] = 6 + label.length;
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

function salt(hex: string, label: InitialSecrets['label'] = 'quic'): InitialSecrets {
  return { salt: Buffer.from(hex, 'hex'), label };
}
