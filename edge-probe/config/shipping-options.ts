import { z } from 'zod';
import {
  COMMANDS,
  METERING,
  matching,
  number,
  type Options,
  oneOf,
  onOff,
  text,
  whole,
} from './option.ts';

const SOURCES = [...METERING, 'import'] as const;
const SHIPPING = [...SOURCES, 'relay', 'check'] as const;
const KEYED = [...SHIPPING, 'relay-key'] as const;
const RUNNING = [...SOURCES, 'relay'] as const;

function isWebAddress(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}

/** Where batches go, as whom, and what waits meanwhile. */
export const SHIPPING_OPTIONS = {
  stream: {
    schema: text('give the name of a Kinesis stream'),
    form: 'text',
    value: 'NAME',
    says: 'the Kinesis stream to ship to',
    commands: SHIPPING,
  },
  region: {
    schema: text('give an AWS region, such as eu-central-1'),
    form: 'text',
    value: 'REGION',
    says: 'its AWS region',
    alsoFrom: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    commands: SHIPPING,
  },
  endpoint: {
    schema: z
      .string({ error: 'give an address such as http://127.0.0.1:4566' })
      .refine(isWebAddress, { error: 'give an address such as http://127.0.0.1:4566' }),
    form: 'text',
    value: 'URL',
    says: "another endpoint than AWS's; its own traffic is not captured",
    alsoFrom: ['AWS_ENDPOINT_URL_KINESIS', 'AWS_ENDPOINT_URL'],
    commands: SHIPPING,
  },
  relay: {
    schema: matching(/^.+:\d{1,5}$/, 'give a host and a port, such as relay.example:4433'),
    form: 'text',
    value: 'HOST:PORT',
    says: 'send to this relay instead of the stream',
    commands: SHIPPING,
  },
  probe: {
    schema: matching(/^[a-z0-9-]{1,64}$/, 'a probe id is 1 to 64 of a-z, 0-9 and -'),
    form: 'text',
    value: 'ID',
    says: "the probe's registered id",
    commands: KEYED,
  },
  keyFile: {
    schema: text('give the file that enrolling the probe wrote'),
    form: 'text',
    value: 'FILE',
    says: "the probe's key",
    commands: KEYED,
  },
  stateDir: {
    schema: text('give a directory'),
    form: 'text',
    value: 'DIR',
    says: 'where the spool and the memory of what was read are (default ~/.local/state/skirmish)',
    commands: SHIPPING,
  },
  queueMb: {
    schema: number(1, 1_000_000),
    form: 'number',
    value: 'MB',
    says: 'memory for what waits to be shipped',
    otherwise: 64,
    commands: RUNNING,
  },
  spoolMb: {
    schema: number(1, 1_000_000),
    form: 'number',
    value: 'MB',
    says: 'disk for what waits to be shipped; then capture drops the oldest, counted, and files wait',
    otherwise: 1_024,
    commands: [...RUNNING, 'check'],
  },
  spoolAge: {
    schema: number(1, 167),
    form: 'number',
    value: 'HOURS',
    says: 'what waited longer is dropped, counted: the stream refuses live events over a day old',
    otherwise: 23,
    commands: SOURCES,
  },
  dryRun: {
    schema: onOff(),
    form: 'switch',
    says: 'do everything but ship',
    commands: [...SOURCES, 'check'],
  },
} as const satisfies Options;

/** What a relay takes in. */
export const RELAY_OPTIONS = {
  listen: {
    schema: matching(/^(.*:)?\d{1,5}$/, 'give an address and a port, such as 0.0.0.0:4433'),
    form: 'text',
    value: 'ADDRESS:PORT',
    says: 'where probes connect',
    otherwise: '0.0.0.0:4433',
    commands: ['relay'],
  },
  keysDir: {
    schema: text('give a directory'),
    form: 'text',
    value: 'DIR',
    says: 'relay keys of the probes that may connect, a file ID.key each',
    commands: ['relay'],
  },
} as const satisfies Options;

/** What the probe says of itself. */
export const TELLING_OPTIONS = {
  status: {
    schema: oneOf(['json', 'line', 'none']),
    form: 'text',
    value: 'json|line|none',
    says: 'how far it is, once a second',
    otherwise: 'line',
    commands: RUNNING,
  },
  metrics: {
    schema: z.union([z.literal('off'), whole(0, 65_535)], {
      error: 'give a port from 0 to 65535 or off',
    }),
    form: 'number-or-word',
    value: 'PORT|off',
    says: 'Prometheus metrics and /status on 127.0.0.1 (default 9477; off for replay, simulate and import)',
    commands: [...RUNNING, 'status'],
  },
  json: {
    schema: onOff(),
    form: 'switch',
    says: 'answer in JSON',
    commands: ['check', 'status'],
  },
  config: {
    schema: text('give a file, or none'),
    form: 'text',
    value: 'FILE|none',
    says: 'the configuration file (default /etc/skirmish/probe.json when there is one)',
    commands: COMMANDS,
  },
} as const satisfies Options;
