import { ClientHello, type HelloOutcome, type HelloPlace } from './client-hello.ts';
import { readHostName } from './host-name.ts';
import { ja4 } from './ja4.ts';
import type { Payload } from './payload.ts';

/** Where a hello is, in `bytes` as well, and the id of the service that a name in it is read from. */
export interface NamedPlace extends HelloPlace {
  readonly bytes: Uint8Array;
  readonly nameService: number;
}

/** Reads ClientHellos into the name and the fingerprint of a payload. */
export class Hellos {
  readonly #hello = new ClientHello();
  #alpn = '';

  /** The first application protocol of the hello read last, '' when it told none. */
  get alpn(): string {
    return this.#alpn;
  }

  read(payload: Payload, place: NamedPlace): HelloOutcome {
    const hello = this.#hello;
    const { bytes, carrier } = place;
    const outcome = hello.read(place);
    this.#alpn = '';
    if (outcome === 'malformed') return outcome;
    for (let i = hello.alpnAt; i < hello.alpnEnd; i++) {
      this.#alpn += String.fromCharCode(bytes[i] as number);
    }
    if (hello.nameEnd > hello.nameAt) {
      const name = readHostName(bytes, hello.nameAt, hello.nameEnd);
      if (name === undefined) payload.hasBadName = true;
      else if (name !== '') {
        payload.name = name;
        payload.nameService = place.nameService;
      }
    }
    if (outcome === 'whole') payload.fingerprint = ja4(hello, bytes, carrier);
    return outcome;
  }
}
