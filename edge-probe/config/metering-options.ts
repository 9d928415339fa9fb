import { z } from 'zod';
import { METERING, number, type Options, oneOf, onOff, whole } from './option.ts';
import { thresholdsSchema } from './thresholds.ts';

/** What packets are made into. */
export const METERING_OPTIONS = {
  identify: {
    schema: onOff(),
    form: 'on-off',
    value: 'on|off',
    says: 'name applications by their first payload bytes; no payload is kept',
    otherwise: true,
    commands: METERING,
  },
  behaviour: {
    schema: onOff(),
    form: 'on-off',
    value: 'on|off',
    says: 'find scans, sweeps, floods, brute force and reflection',
    otherwise: true,
    commands: METERING,
  },
  thresholds: {
    schema: thresholdsSchema,
    form: 'numbers',
    flag: 'threshold',
    value: 'NAME=N',
    says: 'from where on a behaviour is told; may be repeated (docs/probe.md lists them)',
    commands: METERING,
  },
  tunnels: {
    schema: whole(0, 4),
    form: 'number',
    value: 'N',
    says: 'look this deep into IP-in-IP, GRE, VXLAN, Geneve and Teredo',
    otherwise: 0,
    commands: METERING,
  },
  activeTimeout: {
    schema: number(1, 86_400),
    form: 'number',
    value: 'SECONDS',
    says: 'a flow that goes on is told again this often',
    otherwise: 60,
    commands: METERING,
  },
  idleTimeout: {
    schema: number(1, 86_400),
    form: 'number',
    value: 'SECONDS',
    says: 'an open TCP flow without packets ends after this',
    otherwise: 300,
    commands: METERING,
  },
  maxFlows: {
    schema: whole(1_000, 4_194_303),
    form: 'number',
    value: 'N',
    says: 'flows in the table; when it is full the one that would end first goes, counted',
    otherwise: 500_000,
    commands: METERING,
  },
} as const satisfies Options;

/** How files are replayed. */
export const REPLAY_OPTIONS = {
  speed: {
    schema: z.union([z.literal('max'), number(0.001, 1e6, 'or max')], {
      error: 'give a number from 0.001 to 1000000 or max',
    }),
    form: 'number-or-word',
    value: 'N|max',
    says: 'N times as fast as time passed, or as fast as possible (replay: max, simulate: 1)',
    commands: ['replay', 'simulate'],
  },
  summary: {
    schema: onOff(),
    form: 'switch',
    says: 'ship nothing: print one JSON line a file',
    commands: ['replay', 'import'],
  },
  flows: {
    schema: onOff(),
    form: 'switch',
    says: 'ship nothing: print one JSON line a flow',
    commands: ['replay', 'import'],
  },
  communityId: {
    schema: onOff(),
    form: 'switch',
    says: 'with --flows: give each its Community ID v1',
    commands: ['replay', 'import'],
  },
  communityIdSeed: {
    schema: whole(0, 65_535),
    form: 'number',
    value: 'N',
    says: 'seed of the Community ID, as in the other tools it is to agree with',
    otherwise: 0,
    commands: ['replay', 'import'],
  },
} as const satisfies Options;

/** What is made up. */
export const SIMULATE_OPTIONS = {
  site: {
    schema: oneOf(['frankfurt', 'saopaulo', 'singapore']),
    form: 'text',
    value: 'NAME',
    says: 'whose network is attacked: frankfurt, saopaulo or singapore',
    otherwise: 'frankfurt',
    commands: ['simulate'],
  },
  rate: {
    schema: number(1, 100_000),
    form: 'number',
    value: 'N',
    says: 'packets a second of demo; of a list, strikes a second of attacks that say no rate (then 10)',
    otherwise: 200,
    commands: ['simulate'],
  },
  seed: {
    schema: number(0, 2 ** 32 - 1),
    form: 'number',
    value: 'N',
    says: 'another seed, other packets',
    otherwise: 1,
    commands: ['simulate'],
  },
  seconds: {
    schema: number(0.1, 1e9),
    form: 'number',
    value: 'N',
    says: 'stop after this much traffic (default: demo never, a list at its end)',
    commands: ['simulate'],
  },
  out: {
    schema: z.string({ error: 'give a file to write' }).min(1),
    form: 'text',
    value: 'FILE',
    says: 'write a pcap file instead of shipping (demo needs --seconds)',
    commands: ['simulate'],
  },
} as const satisfies Options;
