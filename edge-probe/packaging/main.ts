import { fileURLToPath } from 'node:url';
import { buildProbe } from './build-probe.ts';

const folder = fileURLToPath(new URL('../../dist/skirmish-probe', import.meta.url));
const captures = await buildProbe(folder);
console.log(`${folder}: bin/skirmish-probe`);
if (!captures) {
  console.log(
    'It replays and simulates, but cannot capture: the package pcap is not built here. ' +
      'apt-get install libpcap-dev g++ make python3 && npm install pcap',
  );
}
