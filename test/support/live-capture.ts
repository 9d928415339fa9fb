import { createRequire } from 'node:module';
import { makeTwoHosts } from './two-hosts.ts';

/** Why live capture cannot be tried here; undefined when it can. */
export function captureObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  try {
    createRequire(import.meta.url).resolve('pcap/build/Release/pcap_binding.node');
    return undefined;
  } catch {
    return 'the optional package pcap is not built';
  }
}

/** Why it cannot be tried between two hosts; undefined when it can. */
export function wireObstacle(): string | undefined {
  const obstacle = captureObstacle();
  if (obstacle !== undefined) return obstacle;
  const hosts = makeTwoHosts();
  hosts?.remove();
  return hosts === undefined ? 'no network namespaces here' : undefined;
}
