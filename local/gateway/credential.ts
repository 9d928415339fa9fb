/** Who signed a request, from the credential scope of a SigV4 Authorization header. */
export interface Credential {
  readonly accessKeyId: string;
  readonly service: string;
}

/** Reads the credential scope; the signature itself is not checked: the endpoint listens on loopback only. */
export function readCredential(authorization: string | undefined): Credential | undefined {
  const scope = /Credential=([^/,\s]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(
    authorization ?? '',
  );
  if (scope?.[1] === undefined || scope[2] === undefined) return undefined;
  return { accessKeyId: scope[1], service: scope[2] };
}
