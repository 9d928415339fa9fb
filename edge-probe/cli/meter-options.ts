import { Identifier } from '../app/identifier.ts';
import { Behaviour } from '../behaviour/behaviour.ts';
import { findingRows } from '../behaviour/finding-rows.ts';
import { behaviourOptions } from '../config/thresholds.ts';
import type { MeterOptions } from '../flow/options.ts';
import type { RowSink } from '../flow/ports.ts';
import type { MeteringOptions } from './command.ts';

/** How a meter is set up; findings become rows of `rows`. With a seed nobody can choose what its sketches confuse. */
export function meterOptions(
  metering: MeteringOptions,
  rows: RowSink,
  hashSeed?: number,
): Partial<MeterOptions> {
  const { activeMs, tcpIdleMs, maxFlows, identify, behaviour, thresholds } = metering;
  const limits = {
    ...behaviourOptions(thresholds),
    ...(hashSeed === undefined ? {} : { hashSeed }),
  };
  return {
    activeMs,
    tcpIdleMs,
    maxFlows,
    identifier: identify ? new Identifier() : undefined,
    behaviour: behaviour ? new Behaviour(limits, findingRows(rows)) : undefined,
  };
}
