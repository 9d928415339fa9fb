import { classifyByPort } from '../../../core/classify/services.ts';
import { CONN_STATES, DIRECTION, EVENT_KIND, type Provenance } from '../../../core/event/kinds.ts';
import type { Rendering } from '../../../core/event/table.ts';
import { EventTableBuilder } from '../../../core/event/table-builder.ts';
import { seededRandom } from '../random.ts';

/** Where made-up traffic comes from: city, country, position, weight. */
const ORIGINS = [
  ['Shanghai', 'CN', 31.2, 121.5, 9],
  ['Beijing', 'CN', 39.9, 116.4, 7],
  ['Moscow', 'RU', 55.8, 37.6, 6],
  ['Ashburn', 'US', 39.0, -77.5, 8],
  ['Los Angeles', 'US', 34.1, -118.2, 4],
  ['Chicago', 'US', 41.9, -87.6, 3],
  ['Amsterdam', 'NL', 52.4, 4.9, 6],
  ['London', 'GB', 51.5, -0.1, 4],
  ['Paris', 'FR', 48.9, 2.4, 3],
  ['Mumbai', 'IN', 19.1, 72.9, 5],
  ['Hanoi', 'VN', 21.0, 105.9, 4],
  ['Jakarta', 'ID', -6.2, 106.8, 4],
  ['Seoul', 'KR', 37.6, 127.0, 4],
  ['Tokyo', 'JP', 35.7, 139.7, 3],
  ['Lagos', 'NG', 6.5, 3.4, 2],
  ['Johannesburg', 'ZA', -26.2, 28.0, 2],
  ['Cairo', 'EG', 30.0, 31.2, 2],
  ['Istanbul', 'TR', 41.0, 29.0, 3],
  ['Tehran', 'IR', 35.7, 51.4, 3],
  ['Buenos Aires', 'AR', -34.6, -58.4, 2],
  ['Bogotá', 'CO', 4.7, -74.1, 2],
  ['Mexico City', 'MX', 19.4, -99.1, 2],
  ['Toronto', 'CA', 43.7, -79.4, 2],
  ['Sydney', 'AU', -33.9, 151.2, 2],
  ['Auckland', 'NZ', -36.8, 174.8, 1],
  ['Kyiv', 'UA', 50.5, 30.5, 2],
  ['Warsaw', 'PL', 52.2, 21.0, 2],
  ['Bucharest', 'RO', 44.4, 26.1, 3],
  ['Helsinki', 'FI', 60.2, 24.9, 1],
  ['Nairobi', 'KE', -1.3, 36.8, 1],
] as const;

const SITES = [
  ['Frankfurt', 50.11, 8.68, 5],
  ['São Paulo', -23.55, -46.63, 3],
  ['Singapore', 1.35, 103.82, 4],
] as const;

/** Protocol, responder port, weight. */
const TARGETS = [
  [6, 22, 12],
  [6, 23, 8],
  [6, 3389, 6],
  [6, 5900, 2],
  [6, 80, 9],
  [6, 443, 9],
  [6, 8080, 3],
  [6, 25, 3],
  [6, 445, 6],
  [6, 3306, 3],
  [6, 5432, 2],
  [6, 6379, 3],
  [17, 53, 7],
  [17, 123, 3],
  [17, 5060, 5],
  [17, 161, 3],
  [6, 1883, 2],
  [6, 502, 1],
  [17, 1900, 2],
  [6, 1080, 2],
  [1, 0, 3],
  [6, 37215, 2],
  [6, 60001, 2],
] as const;

/** What to make. */
export interface TrafficOptions {
  readonly seed: number;
  readonly provenance: Provenance;
}

/** Made-up public renderings in the shape wrangle makes: the same seed gives the same run. */
export class Traffic {
  readonly #random: () => number;
  readonly #provenance: Provenance;
  #flow = 0;

  constructor(options: TrafficOptions) {
    this.#random = seededRandom(options.seed);
    this.#provenance = options.provenance;
  }

  /** A segment of `rows` rows whose times end at `at` (ms). */
  segment(rows: number, at: number): Rendering {
    const builder = new EventTableBuilder(Math.max(1, rows));
    for (let i = 0; i < rows; i++) this.#row(builder, at - Math.floor(((rows - i) / rows) * 1000));
    return {
      audience: 'public',
      table: builder.build(),
      withheld: 0,
      filtered: 0,
      databases: {},
      counters: {},
    };
  }

  #row(builder: EventTableBuilder, time: number): void {
    const [city, country, lat, lon] = this.#pick(ORIGINS, 4);
    const [site, siteLat, siteLon] = this.#pick(SITES, 3);
    const [protocol, port] = this.#pick(TARGETS, 2);
    const row = builder.add();
    const { columns } = builder;
    const network = `${Math.floor(1 + this.#random() * 220)}.${Math.floor(this.#random() * 255)}.${Math.floor(this.#random() * 255)}.0/24`;
    const from = builder.place({
      how: 'geo',
      lat: lat + (this.#random() - 0.5) * 3,
      lon: lon + (this.#random() - 0.5) * 3,
      country,
      city,
      accuracyKm: 50,
    });
    const to = builder.place({
      how: 'site',
      lat: siteLat,
      lon: siteLon,
      country: '',
      city: '',
      accuracyKm: 0,
    });
    const { service, method, confidence } = classifyByPort(protocol, port, 50_000);
    const packets = Math.floor(10 ** (this.#random() * 2.6));
    const whole = this.#random() < 0.8;
    columns.kind[row] = whole ? EVENT_KIND.whole : EVENT_KIND.open;
    columns.time[row] = time;
    columns.durationMs[row] = Math.floor(this.#random() * 800);
    columns.tag[row] = builder.tag({
      probe: '',
      boot: '00112233445566aa',
      site,
      lat: siteLat,
      lon: siteLon,
      provenance: this.#provenance,
      sampling: 1,
    });
    columns.flow[row] = ++this.#flow;
    columns.initiator[row] = builder.endpoint({ label: network, place: from, home: false });
    columns.responder[row] = builder.endpoint({ label: site, place: to, home: true });
    columns.initiatorPort[row] = protocol === 1 ? 0 : 1024 + Math.floor(this.#random() * 60_000);
    columns.protocol[row] = protocol;
    columns.packetsOut[row] = packets;
    columns.packetsIn[row] = Math.floor(packets * this.#random());
    columns.bytesOut[row] = packets * 74;
    columns.bytesIn[row] = Math.floor(packets * 40 * this.#random());
    columns.state[row] = whole ? CONN_STATES.indexOf(this.#state(protocol)) : 0;
    columns.service[row] = service;
    columns.method[row] = method;
    columns.confidence[row] = confidence;
    columns.direction[row] = DIRECTION.inbound;
  }

  #state(protocol: number): 'S0' | 'SF' | 'REJ' | 'RSTO' {
    if (protocol !== 6) return this.#random() < 0.5 ? 'S0' : 'SF';
    const roll = this.#random();
    return roll < 0.45 ? 'S0' : roll < 0.75 ? 'SF' : roll < 0.9 ? 'REJ' : 'RSTO';
  }

  #pick<T extends readonly (string | number)[]>(items: readonly T[], weightAt: number): T {
    const total = items.reduce((sum, item) => sum + (item[weightAt] as number), 0);
    let at = this.#random() * total;
    for (const item of items) {
      at -= item[weightAt] as number;
      if (at <= 0) return item;
    }
    return items[0] as T;
  }
}
