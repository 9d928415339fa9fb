/** Turns the public addresses AWS would give into those of the local public port; other texts stay as they are. */
export function localAddresses(port: number): (text: string) => string {
  const host = `127.0.0.1:${port}`;
  return (text) =>
    text
      .replace(/wss:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com/g, `ws://${host}`)
      .replace(/https:\/\/[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com/g, `http://${host}`)
      .replace(/https:\/\/[a-z0-9]{14}\.cloudfront\.net/g, `http://${host}`);
}
