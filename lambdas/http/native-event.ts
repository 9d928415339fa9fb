import { z } from 'zod';

const COUNT = z.int().min(0);
const TIME = z.string().describe('RFC 3339, in UTC, to the millisecond.');

const END = z.strictObject({
  label: z
    .string()
    .describe('Address, or for the public a network, a pseudonym or a site; empty where not told.'),
  port: COUNT.optional().describe('ICMP: type (initiator) and code (responder), left out when 0.'),
  home: z.boolean().describe('Inside the sensor’s home networks.'),
  name: z
    .strictObject({ name: z.string(), source: z.string(), at: TIME })
    .optional()
    .describe('What it was called last, where that was read and when.'),
  place: z
    .strictObject({
      how: z.enum(['geo', 'site', 'network']),
      lat: z.number(),
      lon: z.number(),
      country: z.string().optional(),
      city: z.string().optional(),
      accuracyKm: z.number().optional(),
    })
    .optional()
    .describe('Left out where it is not known.'),
  system: z.strictObject({ asn: COUNT.optional(), organisation: z.string().optional() }).optional(),
  marks: z.array(z.enum(['hosting', 'anycast', 'satellite'])).optional(),
  lists: z.array(z.string()).optional().describe('Intelligence lists that hold it.'),
});

/** Schema of one event in our own format; what is not told is left out. */
export const NATIVE_EVENT = z.strictObject({
  id: z.string().describe('The same for ever: log, segment and place in it.'),
  time: TIME,
  storedAt: TIME,
  kind: z
    .enum([
      ...(['open', 'data', 'close', 'whole', 'name'] as const),
      ...(['trace', 'fork', 'exec', 'exit', 'finding'] as const),
    ])
    .describe('`whole` is a flow that opened and closed within one batch.'),
  durationMs: COUNT,
  sensor: z.strictObject({
    probe: z.string().optional().describe('Operator only.'),
    site: z.string(),
    lat: z.number(),
    lon: z.number(),
    boot: z.string(),
    provenance: z.enum(['measured', 'replayed', 'synthetic']),
    sampling: z.int().min(1),
    skewMs: z.int().optional(),
  }),
  flow: COUNT.optional().describe('With `sensor.boot`: rows of one flow have it in common.'),
  initiator: END,
  responder: END,
  protocol: z.strictObject({ number: COUNT, name: z.string() }),
  packetsOut: COUNT.describe('Since the flow’s row before: a sum over its rows is its total.'),
  packetsIn: COUNT,
  bytesOut: COUNT,
  bytesIn: COUNT,
  flagsOut: COUNT.optional(),
  flagsIn: COUNT.optional(),
  state: z.string().optional().describe('As Zeek’s conn_state.'),
  history: z.string().optional(),
  direction: z.enum(['inbound', 'outbound', 'internal', 'transit', 'untold']),
  service: z.strictObject({
    name: z.string(),
    class: z.string(),
    method: z.enum(['none', 'port', 'payload', 'behaviour', 'intelligence']),
    confidence: z.int().min(0).max(100),
  }),
  severity: z.strictObject({
    level: z.int().min(0).max(4),
    name: z.enum(['info', 'low', 'medium', 'high', 'critical']),
    reasons: z.array(z.string()),
  }),
  communityId: z.string().optional().describe('Community ID v1; operator only.'),
  pair: COUNT.optional().describe('Public: rows of one conversation have it in common.'),
  folded: COUNT.optional().describe('Further rows like this one that were folded into it.'),
  vlan: COUNT.optional(),
  finding: z
    .strictObject({
      behaviour: z.string(),
      says: z.string(),
      evidence: COUNT,
      counted: z.string(),
      technique: z.strictObject({ id: z.string(), name: z.string() }).optional(),
    })
    .optional(),
  text: z.string().optional().describe('A name, or a process’s command.'),
  detail: z.string().optional().describe('JA4 of a flow, arguments of a process.'),
  process: z
    .strictObject({
      pid: COUNT,
      parentPid: COUNT.optional(),
      user: COUNT.optional(),
      exitCode: COUNT.optional(),
    })
    .optional(),
});
