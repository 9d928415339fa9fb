import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { dynamoClient } from '../aws/clients.ts';
import { dynamoLogList } from '../aws/log-list.ts';
import { dynamoRollupReader } from '../aws/rollup-reader.ts';
import { dynamoSegmentReader } from '../aws/segment-reader.ts';
import { errorLine } from '../metrics.ts';
import { parseHttpEnv } from './env.ts';
import { answerHttp, failureAnswer, type HttpAnswer } from './http.ts';
import { PartCache } from './part-cache.ts';
import type { HttpPorts } from './ports.ts';

/** Bytes of merged parts that are kept between invocations. */
const CACHE_BYTES = 48 * 1024 * 1024;

const settings = parseHttpEnv(process.env);
const client = dynamoClient();
const ports: HttpPorts = {
  segments: dynamoSegmentReader(client, settings.segmentsTable),
  logs: dynamoLogList(client, settings.logsTable),
  rollups: dynamoRollupReader(client, settings.rollupsTable),
  cache: new PartCache(CACHE_BYTES),
  publicDelayMs: settings.publicDelayMs,
  now: Date.now,
};

/** Lambda's entry: every route of the HTTP API. */
export async function handler(event: APIGatewayProxyEventV2): Promise<HttpAnswer> {
  const request = {
    method: event.requestContext.http.method,
    path: event.rawPath,
    query: event.queryStringParameters ?? {},
    headers: event.headers,
  };
  try {
    return await answerHttp(request, ports, settings.operatorTokenSha256);
  } catch (error) {
    console.error(errorLine('http', `answering ${request.path}`, error));
    return failureAnswer();
  }
}
