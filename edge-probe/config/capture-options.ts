import { IMPORT_FORMATS } from '../import/line-reader.ts';
import { LIVE, list, matching, number, type Options, oneOf, onOff, text, whole } from './option.ts';

/** A module's name, and what is for itself to read. */
const MODULE = /^[a-z][a-z0-9-]*(=\S+)?$/;

/** What is captured, and with which rights. */
export const CAPTURE_OPTIONS = {
  interfaces: {
    schema: list('give names of interfaces, or any'),
    form: 'list',
    flag: 'interface',
    short: 'i',
    value: 'IF',
    says: 'an interface, or any; may be repeated',
    commands: [...LIVE, 'check'],
  },
  filter: {
    schema: matching(/^[^\0\n]*$/, 'give one line in the language of pcap-filter(7)'),
    form: 'text',
    short: 'f',
    value: 'BPF',
    says: "only packets that match, such as 'tcp port 22' (pcap-filter(7))",
    commands: [...LIVE, 'check'],
  },
  snaplen: {
    schema: number(64, 262_144),
    form: 'number',
    value: 'BYTES',
    says: 'bytes looked at of each packet (256 to meter, 65535 to record)',
    commands: LIVE,
  },
  bufferMb: {
    schema: number(1, 2_047),
    form: 'number',
    value: 'MB',
    says: "the kernel's ring",
    otherwise: 64,
    commands: LIVE,
  },
  sampling: {
    schema: onOff(),
    form: 'on-off',
    value: 'on|off',
    says: 'keep one in n flows under overload, and say so in each event, instead of losing packets unseen',
    otherwise: true,
    commands: LIVE,
  },
  modules: {
    schema: list('give names of modules, such as process or trace=192.0.2.7', MODULE),
    form: 'words',
    flag: 'module',
    value: 'NAME[=OPTIONS]',
    says: 'also run this module: process, process=arguments, trace=ADDRESS,…; may be repeated',
    commands: LIVE,
  },
  user: {
    schema: text('give the name of a user'),
    form: 'text',
    value: 'USER',
    says: 'who to become when started as root',
    commands: LIVE,
  },
  jail: {
    schema: onOff(),
    form: 'switch',
    says: 'change user and root directory when started as root',
    otherwise: true,
    commands: LIVE,
  },
} as const satisfies Options;

/** What `record` writes. */
export const RECORD_OPTIONS = {
  rotate: {
    schema: matching(
      /^[1-9]\d*(s|m|h|kB|MB|GB)$/,
      'give a time such as 10s, 5m or 1h, or a size such as 100MB',
    ),
    form: 'text',
    value: '10s|100MB',
    says: 'begin a new file after this time or this size',
    otherwise: '100MB',
    commands: ['record'],
  },
  keep: {
    schema: whole(1, 1_000_000),
    form: 'number',
    value: 'N',
    says: 'remove all but the newest N files of each interface (default: keep all)',
    commands: ['record'],
  },
  ports: {
    schema: list('give ports or ranges of them, such as 22,80,8000-8100', /^\d{1,5}(-\d{1,5})?$/),
    form: 'list',
    value: 'LIST',
    says: 'only packets from or to these ports, such as 22,80,8000-8100',
    commands: ['record'],
  },
} as const satisfies Options;

/** What `watch` does with files. */
export const WATCH_OPTIONS = {
  after: {
    schema: oneOf(['keep', 'delete', 'move']),
    form: 'text',
    value: 'keep|delete|move DIR',
    says: 'what becomes of a file that was read',
    otherwise: 'keep',
    commands: ['watch'],
  },
  moveTo: {
    schema: text('give a directory'),
    form: 'text',
    value: 'DIR',
    says: 'where --after move puts them',
    commands: ['watch'],
  },
  settle: {
    schema: number(0.1, 86_400),
    form: 'number',
    value: 'SECONDS',
    says: 'a file that did not grow for so long is finished',
    otherwise: 5,
    commands: ['watch'],
  },
} as const satisfies Options;

/** How other tools' logs are read. */
export const IMPORT_OPTIONS = {
  format: {
    schema: oneOf(IMPORT_FORMATS),
    form: 'text',
    value: 'NAME',
    says: 'suricata, zeek, cowrie, vpc or ndjson (default: told by the lines)',
    commands: ['import'],
  },
  follow: {
    schema: onOff(),
    form: 'switch',
    says: 'go on with what is appended, also over rotation and restarts',
    commands: ['import'],
  },
} as const satisfies Options;
