import { Buffer } from 'node:buffer';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HOME, KEY } from './wrangle-flows.ts';

/** As much of DynamoDB as a first segment takes: one sensor, no log yet, and puts that succeed. */
export interface Store {
  readonly endpoint: string;
  /** Segments that were put. */
  segments(): number;
  stop(): Promise<void>;
}

/** Starts it on a port of its own. */
export async function startStore(): Promise<Store> {
  let segments = 0;
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as { TableName?: string };
    const operation = String(request.headers['x-amz-target']).split('.').at(-1);
    if (operation === 'PutItem' && asked.TableName === 'segments') segments++;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer(operation, asked.TableName)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    segments: () => segments,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(operation: string | undefined, table: string | undefined): object {
  const isRegistry = table === 'registry';
  if (operation === 'GetItem') return isRegistry ? { Item: SENSOR } : {};
  if (operation === 'Scan') return { Items: isRegistry ? [SENSOR] : [], Count: 0 };
  return operation === 'Query' ? { Items: [], Count: 0 } : {};
}

const SENSOR = {
  probe: { S: 'sensor-0' },
  key: { S: Buffer.from(KEY).toString('base64url') },
  site: { S: 'Frankfurt' },
  lat: { N: '50.11' },
  lon: { N: '8.68' },
  home: { SS: [HOME] },
};
