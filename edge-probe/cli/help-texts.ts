import type { CommandName } from '../config/option.ts';

interface HelpText {
  readonly usage: string;
  /** In a line. */
  readonly says: string;
  /** What else there is to know; '' for nothing. */
  readonly more: string;
  readonly examples: readonly string[];
}

/** What the help says of each command beside its options. */
export const HELP_TEXTS: Readonly<Record<CommandName, HelpText>> = {
  capture: {
    usage: 'capture -i IF [-i IF …] [-f BPF] [options]',
    says: 'meter live packets',
    more: 'Needs root or CAP_NET_RAW, and the optional package pcap. It ends when it is told to (SIGTERM,\nCtrl-C): what is left is shipped, or stays in the spool for the next start.',
    examples: [
      "skirmish-probe capture -i eth0 -f 'not port 22' --stream skirmish --probe sensor-1 --key-file sensor-1.key",
      'skirmish-probe capture -i eth0 -i eth1 --module process --relay relay.example:4433',
      'skirmish-probe capture -i any --dry-run',
    ],
  },
  record: {
    usage: 'record DIR -i IF [--rotate 10s|100MB] [--keep N] [--ports LIST] [options]',
    says: 'meter live packets, and keep them in rotating capture files',
    more: 'DIR gets files IF-TIME.pcap; the one being written is called .part until it is finished, so that\n`watch` and others can take them. A full disk stops the recording, never the metering.',
    examples: [
      'skirmish-probe record /var/spool/captures -i eth0 --rotate 10s --keep 360 --ports 22,23,53',
      'skirmish-probe record . -i eth0 --rotate 100MB --dry-run',
    ],
  },
  replay: {
    usage: 'replay FILE… [--speed N|max] [--summary] [--flows [--community-id]] [options]',
    says: 'meter capture files, pcap or pcapng',
    more: 'A replay that was cut goes on where it is started again with the same files, and counts nothing\ntwice. Exit code 1 also when a file could not be read at all.',
    examples: [
      'skirmish-probe replay monday.pcap tuesday.pcapng --speed 10 --stream skirmish --probe sensor-1 --key-file sensor-1.key',
      'skirmish-probe replay monday.pcap --summary',
      'skirmish-probe replay monday.pcap --flows --community-id',
    ],
  },
  watch: {
    usage: 'watch DIR [--after keep|delete|move DIR] [--settle SECONDS] [options]',
    says: 'meter the capture files of a directory as they are finished, each once',
    more: 'A file is finished when it did not change for --settle seconds, or when a newer one of its series\n(the same name but for its digits) is there. Names that begin with a dot or end in .part or .tmp\nare left alone. What was read is remembered in the state directory, also when it is renamed; a\nfile that cannot be read is told, set aside as unreadable, and tried again when it changes.',
    examples: [
      'skirmish-probe watch /var/spool/captures --after delete',
      'skirmish-probe watch /data/pcap --after move /data/done',
    ],
  },
  import: {
    usage:
      'import FILE… [--format NAME] [--follow] [--summary] [--flows [--community-id]] [options]',
    says: "take over flows that other tools' logs tell of",
    more: 'Formats: suricata (EVE), zeek (conn, dns, ssl and http logs, JSON or tables), cowrie (JSON), vpc\n(VPC Flow Logs as text) and ndjson (what --flows prints); also gzipped, and - for standard input.\nBad lines are counted, the first of them told, and the others used. An import that was cut goes on\nwhere it is started again with the same files, and counts nothing twice.',
    examples: [
      'skirmish-probe import eve.json --follow --stream skirmish --probe suricata-1 --key-file suricata-1.key',
      'skirmish-probe import conn.*.log.gz --stream skirmish --probe zeek-1 --key-file zeek-1.key',
      'skirmish-probe import cowrie.json --flows',
    ],
  },
  simulate: {
    usage: 'simulate demo|FILE [--site NAME] [--rate N] [--seed N] [--out FILE] [options]',
    says: 'meter made-up packets, marked SYNTHETIC wherever they go',
    more: 'demo goes on for ever; a list of attacks (.json, .csv, anything else is text) ends with its last\nattack. Fields: at (seconds), source, target (an address, or a host of the site from 1 to 62),\nkind, port, count, rate. A line of text is AT SOURCE TARGET KIND[:PORT] [xCOUNT] [@RATE], with -\nfor what is left open. Samples: edge-probe/simulate/samples.',
    examples: [
      'skirmish-probe simulate demo --site singapore --seconds 60 --speed max --out demo.pcap',
      'skirmish-probe simulate attacks.csv --seed 7 --stream skirmish --probe sensor-1 --key-file sensor-1.key',
    ],
  },
  relay: {
    usage: 'relay --keys-dir DIR [--listen ADDRESS:PORT] [options]',
    says: 'take in what probes without a way out send, and pass it on',
    more: 'It can neither read nor forge what it passes on. It ships to a stream, or with --relay to another\nrelay. Its probes prove who they are with the relay keys in DIR, which `relay-key` prints.',
    examples: [
      'skirmish-probe relay --listen 10.0.0.5:4433 --keys-dir /etc/skirmish/relay-keys --stream skirmish --probe relay-1 --key-file relay-1.key',
    ],
  },
  'relay-key': {
    usage: 'relay-key --probe ID --key-file FILE',
    says: 'print what is to be installed at a relay to let this probe in',
    more: '',
    examples: [
      'skirmish-probe relay-key --probe sensor-1 --key-file sensor-1.key > sensor-1.key.relay',
    ],
  },
  check: {
    usage: 'check [options]',
    says: 'look whether a probe would work here: each line ok, or what to do',
    more: 'It sends one signed batch without events, which is all that a probe may do with the stream, so\nthat name, network, credentials, clock and permission are all proven. Exit code 1 when there is\nsomething to do.',
    examples: [
      'skirmish-probe check -i eth0 --stream skirmish --probe sensor-1 --key-file sensor-1.key',
      'skirmish-probe check --json',
    ],
  },
  status: {
    usage: 'status [--json] [--metrics PORT]',
    says: 'counters and alarms of the running probe',
    more: 'Asks the probe that runs on this host, at 127.0.0.1. Exit code 1 when none answers.',
    examples: ['skirmish-probe status', 'skirmish-probe status --json --metrics 9478'],
  },
};
