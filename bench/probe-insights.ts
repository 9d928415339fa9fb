import { Identifier } from '../edge-probe/app/identifier.ts';
import { Behaviour } from '../edge-probe/behaviour/behaviour.ts';
import type { MeterOptions } from '../edge-probe/flow/options.ts';

/** A meter's options with applications and behaviour on. */
export function insights(onFinding: () => void): Partial<MeterOptions> {
  return { identifier: new Identifier(), behaviour: new Behaviour({}, onFinding) };
}
