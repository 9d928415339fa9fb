import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { parseHttpEnv } from './env.ts';

const settings = parseHttpEnv(process.env);

/** Lambda's entry. */
export async function handler(
  event: APIGatewayProxyEventV2,
): Promise<APIGatewayProxyStructuredResultV2> {
  throw new Error(`http cannot answer ${event.rawPath} from ${settings.segmentsTable} yet`);
}
