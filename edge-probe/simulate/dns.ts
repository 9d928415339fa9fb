/** A DNS query for the address of a name (RFC 1035, section 4). */
export function dnsQuery(id: number, name: string, type: 1 | 28): Uint8Array {
  const question = encodeQuestion(name, type);
  const message = new Uint8Array(12 + question.length);
  message.set([id >>> 8, id & 255, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
  message.set(question, 12);
  return message;
}

/** The answer to it: each address as one A or AAAA record with a TTL of 300 s. */
export function dnsAnswer(id: number, name: string, addresses: readonly Uint8Array[]): Uint8Array {
  const type = addresses[0]?.length === 16 ? 28 : 1;
  const question = encodeQuestion(name, type);
  const size = addresses.reduce((sum, address) => sum + 12 + address.length, 0);
  const message = new Uint8Array(12 + question.length + size);
  message.set([id >>> 8, id & 255, 0x81, 0x80, 0, 1, 0, addresses.length, 0, 0, 0, 0]);
  message.set(question, 12);
  let at = 12 + question.length;
  for (const address of addresses) {
    message.set([0xc0, 12, 0, type, 0, 1, 0, 0, 1, 44, 0, address.length], at);
    message.set(address, at + 12);
    at += 12 + address.length;
  }
  return message;
}

function encodeQuestion(name: string, type: number): Uint8Array {
  const labels = name.split('.');
  const bytes: number[] = [];
  for (const label of labels) {
    bytes.push(label.length);
    for (const char of label) bytes.push(char.charCodeAt(0));
  }
  bytes.push(0, 0, type, 0, 1);
  return Uint8Array.from(bytes);
}
