import type { Outcome } from '../functions/function-process.ts';
import type { ApiDefinition, Route } from './api-definition.ts';

/** Calls the function behind a route. */
export type Invoke = (functionArn: string, event: unknown) => Promise<Outcome>;

/** Calls a route's function, if the function permits the API to. */
export function invokeRoute(
  api: ApiDefinition,
  route: Route,
  call: { event: unknown; invoke: Invoke },
): Promise<Outcome> {
  if (route.permitted) return call.invoke(route.functionArn, call.event);
  const errorMessage =
    `${api.logicalId} is not authorized to perform: lambda:InvokeFunction on resource: ` +
    `${route.functionArn} for the route ${route.key}: the template has no AWS::Lambda::Permission for it.`;
  return Promise.resolve({
    ok: false,
    error: { errorType: 'AccessDeniedException', errorMessage },
  });
}

/** Time as API Gateway writes it: 12/Mar/2026:19:03:58 +0000. */
export function gatewayTime(ms: number): string {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
