import type { Properties } from '../template/properties.ts';
import type { Resource } from '../template/stack.ts';

/** Headers a response headers policy adds, lower-case names. */
export function readHeaders(policy: Resource | undefined): Record<string, string> {
  if (policy === undefined) return {};
  const config = policy
    .properties()
    .object('ResponseHeadersPolicyConfig')
    .only([
      'Name',
      'Comment',
      'SecurityHeadersConfig',
      'CustomHeadersConfig',
      'RemoveHeadersConfig',
    ]);
  const headers = securityHeaders(config.objectOr('SecurityHeadersConfig'));
  for (const item of config.objectOr('CustomHeadersConfig').objects('Items')) {
    headers[item.text('Header').toLowerCase()] = item.text('Value');
  }
  return headers;
}

function securityHeaders(config: Properties): Record<string, string> {
  config.only([
    ...['ContentSecurityPolicy', 'ContentTypeOptions', 'FrameOptions', 'ReferrerPolicy'],
    ...['StrictTransportSecurity', 'XSSProtection'],
  ]);
  const headers: Record<string, string> = {};
  if (config.has('ContentSecurityPolicy')) {
    const policy = config.object('ContentSecurityPolicy').text('ContentSecurityPolicy');
    headers['content-security-policy'] = policy;
  }
  if (config.has('ContentTypeOptions')) headers['x-content-type-options'] = 'nosniff';
  if (config.has('FrameOptions')) {
    headers['x-frame-options'] = config.object('FrameOptions').text('FrameOption');
  }
  if (config.has('ReferrerPolicy')) {
    headers['referrer-policy'] = config.object('ReferrerPolicy').text('ReferrerPolicy');
  }
  if (config.has('StrictTransportSecurity')) {
    const transport = config.object('StrictTransportSecurity');
    const subdomains = transport.booleanOr('IncludeSubdomains', false) ? '; includeSubDomains' : '';
    const age = transport.numberOr('AccessControlMaxAgeSec', 0);
    headers['strict-transport-security'] = `max-age=${age}${subdomains}`;
  }
  return headers;
}
