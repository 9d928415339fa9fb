import { z } from 'zod';
import { SERVICE_CLASSES } from '../../core/classify/services.ts';
import type { CompiledFilter } from '../../core/filter/compile.ts';
import type { Cursor } from '../../core/frame/messages.ts';
import { writeDgs } from '../../core/graph/dgs.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { graphOf } from '../../core/graph/graph-of-state.ts';
import { writeGraphml } from '../../core/graph/graphml.ts';
import { CURSOR } from './answers.ts';
import { filterText, moment, oneOf, wholeNumber } from './parameters.ts';
import type { HttpPorts } from './ports.ts';
import { fail, type Problem } from './request.ts';
import { CACHE, type Call, defineRoute, type Routed } from './route.ts';
import { readWindowState } from './window-state.ts';

const TYPES = {
  json: 'application/json',
  dgs: 'text/plain',
  graphml: 'application/xml',
} as const;

const TRAFFIC = {
  conversations: z.int().min(0).describe('Each once, however many sensors saw it.'),
  open: z.int().min(0).describe('Of these, those that have not ended.'),
  packets: z.number(),
  bytes: z.number().describe('IP bytes, as the sensor saw it that saw most.'),
  firstAt: z.number().describe('First packet, ms since the epoch; 0 for none.'),
  lastAt: z.number().describe('Last packet, likewise.'),
  severity: z.literal([0, 1, 2, 3, 4]).describe('0 info, 1 low, 2 medium, 3 high, 4 critical.'),
  seenBy: z.array(z.string()).describe('Sensors: their ids, in public their site labels.'),
};
const CLASS_NAMES = SERVICE_CLASSES.map(({ name }) => name);

const NODE = z.strictObject({
  id: z.string(),
  kind: z.enum(['host', 'network', 'site', 'place', 'process', 'others']),
  label: z.string(),
  name: z.string().describe('Learnt from DNS and the like; empty where none was.'),
  home: z.boolean(),
  placed: z.boolean().describe('Whether lat and lon are known.'),
  lat: z.number(),
  lon: z.number(),
  country: z.string(),
  city: z.string(),
  asn: z.int(),
  organisation: z.string(),
  listed: z.string().describe('Intelligence lists that hold it.'),
  peers: z.int(),
  nodes: z.int().describe('Of kind others: how many it stands for.'),
  ...TRAFFIC,
});
const EDGE = z.strictObject({
  id: z.string(),
  from: z.string().describe('Id of the node that began.'),
  to: z.string(),
  class: z
    .enum([...CLASS_NAMES, 'process'])
    .describe('Service class; process edges lead to a child, and from an owner to its peer.'),
  ...TRAFFIC,
});

/** GET /v1/graph: who talks with whom, as JSON, DGS or GraphML. */
export const GRAPH = defineRoute({
  path: '/v1/graph',
  summary: 'Who talks with whom',
  description:
    'The graph of what was going on in a window of time by when segments were appended: hosts, in public networks and sites, the conversations between them by service class, and for operators the processes that own them. Nodes beyond `limit` are one node of kind others, so that the edges, those of class process aside, add up to `traffic`. A busy window may be cut at its old end: then `whole` is false and `windowMs` says how much of it was read. format=dgs is for GraphStream, graphml for Gephi, networkx and others.',
  parameters: {
    format: oneOf(['json', 'dgs', 'graphml'], 'json').describe(
      'json, dgs (GraphStream) or graphml.',
    ),
    minutes: wholeNumber({ min: 1, max: 60, fallback: 15 }).describe('Length of the window.'),
    at: moment().describe('End of the window. Now when not given.'),
    cursor: z
      .string()
      .regex(/^[\w.-]{1,128}:\d{1,15}(,[\w.-]{1,128}:\d{1,15}){0,127}$/, {
        error: 'is not log:number,log:number with up to 128 logs. Take it from an answer.',
      })
      .optional()
      .describe('The state at a cursor instead of a time: `log:number`, apart by commas.'),
    filter: filterText(),
    limit: wholeNumber({ min: 1, max: 5_000, fallback: 200 }).describe(
      'Nodes, those with most bytes first.',
    ),
    dynamic: oneOf(['true', 'false'], 'false').describe(
      'DGS: add nodes and edges in steps of a second of their first packets.',
    ),
  },
  answers: {
    [TYPES.json]: z.strictObject({
      cursor: CURSOR,
      now: z
        .number()
        .describe('When the newest segment was appended, ms since the epoch; 0 for none.'),
      windowMs: z.number(),
      whole: z.boolean().describe('All of the window was read.'),
      traffic: z.strictObject(TRAFFIC),
      nodes: z.array(NODE),
      edges: z.array(EDGE),
    }) satisfies z.ZodType<Graph>,
    [TYPES.dgs]: z.string(),
    [TYPES.graphml]: z.string(),
  },
  handle: answerGraph,
});

interface GraphParameters {
  readonly format: keyof typeof TYPES;
  readonly minutes: number;
  readonly at?: number | undefined;
  readonly cursor?: string | undefined;
  readonly filter?: CompiledFilter | undefined;
  readonly limit: number;
  readonly dynamic: 'true' | 'false';
}

async function answerGraph(
  { audience, parameters }: Call<GraphParameters>,
  ports: HttpPorts,
): Promise<Routed | Problem> {
  const { format, minutes, at, filter, limit, dynamic } = parameters;
  if (at !== undefined && parameters.cursor !== undefined) {
    return fail(400, 'bad-cursor', 'cursor and at exclude each other. Leave one of them out.');
  }
  const cursor = parameters.cursor === undefined ? undefined : cursorOf(parameters.cursor);
  const to = cursor === undefined ? at : await timeOf(cursor, ports);
  const state = await readWindowState(
    {
      audience,
      to: Math.min(to ?? ports.now(), ports.now()),
      windowMs: minutes * 60_000,
      cursor,
      filter,
    },
    ports,
  );
  const graph = graphOf(state, limit);
  const written = {
    json: () => graph,
    dgs: () => writeDgs(graph, { dynamic: dynamic === 'true' }),
    graphml: () => writeGraphml(graph),
  };
  return { answer: written[format](), type: TYPES[format], cacheControl: CACHE.head };
}

function cursorOf(text: string): Cursor {
  const pairs = text.split(',').map((pair): [string, number] => {
    const colon = pair.lastIndexOf(':');
    return [pair.slice(0, colon), Number(pair.slice(colon + 1))];
  });
  return Object.fromEntries(pairs);
}

/** When the newest segment at a cursor was appended, ms; 0 when the store has none of them any more. */
async function timeOf(cursor: Cursor, { segments }: HttpPorts): Promise<number> {
  const times = await Promise.all(
    Object.entries(cursor).map(([shard, number]) => segments.createdAt(shard, number)),
  );
  return times.reduce<number>((latest, time) => Math.max(latest, time ?? 0), 0);
}
