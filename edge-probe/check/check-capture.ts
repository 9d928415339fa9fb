import { setTimeout as delay } from 'node:timers/promises';
import { LiveSource } from '../capture/live.ts';
import { findFilterProblem } from '../capture/live-filter.ts';
import { interfaceNames, interfaceState } from '../capture/live-interface.ts';
import type { CheckCommand } from '../cli/command.ts';
import { reasonOf } from '../cli/probe-error.ts';
import { ownRights } from '../privilege/rights.ts';
import { bad, type CheckFinding, good } from './finding.ts';

/** How long opening an interface may take on a busy host, ms. */
const OPEN_MS = 15_000;
const LOOK_MS = 50;

/** Permission, filter, and each interface: opened as a capture would open it, and closed again. */
export async function* checkCapture(
  { interfaces, filter }: CheckCommand,
  stop: AbortSignal,
): AsyncGenerator<CheckFinding> {
  if (interfaces.length === 0) {
    yield good('capture', 'no interface given: live capture was not looked at (-i IF)');
    return;
  }
  const { root, netRaw } = ownRights();
  const may = root || netRaw;
  yield may
    ? good('permission', root ? 'root: rights are dropped at the start' : 'CAP_NET_RAW')
    : bad(
        'permission',
        `neither root nor CAP_NET_RAW: start it by its systemd unit or as root, or sudo setcap cap_net_raw+ep ${process.execPath}`,
      );
  const filterFinding = await checkFilter(filter);
  yield filterFinding;
  for (const device of interfaces) {
    if (stop.aborted) return;
    yield await checkInterface(device, filterFinding.ok ? filter : '', { may, stop });
  }
}

async function checkFilter(filter: string): Promise<CheckFinding> {
  const what = 'filter';
  if (filter.trim() === '') return good(what, 'none: every packet');
  try {
    const problem = await findFilterProblem([filter]);
    if (!problem) return good(what, filter);
    const upTo = problem.readable === '' ? '' : ` It can be read up to '${problem.readable}'.`;
    return bad(what, `'${filter}': ${problem.message}.${upTo} See pcap-filter(7)`);
  } catch (error) {
    return bad(what, `could not be looked at: ${reasonOf(error)}`);
  }
}

async function checkInterface(
  device: string,
  filter: string,
  { may, stop }: { readonly may: boolean; readonly stop: AbortSignal },
): Promise<CheckFinding> {
  const { state } = interfaceState(device);
  if (state === 'gone') {
    return bad(device, `there is no such interface; there are: ${interfaceNames().join(', ')}`);
  }
  if (state === 'down') return bad(device, `it is down: ip link set ${device} up`);
  if (!may) return good(device, 'up; not opened, for want of permission');
  let fault = '';
  const source = new LiveSource({
    device,
    filter: () => filter,
    snapLength: 64,
    bufferBytes: 1024 * 1024,
    seed: 0,
    mostSampling: 1,
    onPacket: () => {},
    onSampling: () => {},
    onNote: () => {},
    onFault: (_, message) => {
      fault = message;
    },
  });
  source.start();
  const until = performance.now() + OPEN_MS;
  while (!source.view.capturing && fault === '' && !stop.aborted && performance.now() < until) {
    await delay(LOOK_MS);
  }
  const { capturing } = source.view;
  await source.stop();
  if (capturing) return good(device, 'up, and can be captured');
  return bad(device, `cannot be captured: ${fault || 'the capture did not begin'}`);
}
