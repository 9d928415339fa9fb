/** What `--help` prints. */
export const HELP = `skirmish probe: watches packets, makes flows of them and ships these to a stream

Usage
  probe capture -i IF [-i IF …] [-f FILTER] [options]
  probe replay FILE… [--speed N|max] [--summary] [options]
  probe simulate demo [--site NAME] [--rate N] [--seed N] [--seconds N] [--speed 1|max] [--out FILE] [options]

Commands
  capture       live packets (needs root or CAP_NET_RAW, and the optional package pcap)
    -i, --interface IF   an interface, or any; may be repeated
    -f, --filter FILTER  a pcap filter, such as 'tcp port 22' (see pcap-filter(7))
    --snaplen BYTES      bytes looked at of each packet (default 256)
    --buffer-mb MB       the kernel's ring (default 64)
  replay        capture files: pcap or pcapng
    --speed N|max        N times as fast as it was captured, or as fast as possible (default max)
    --summary            ship nothing: print one JSON line a file
  simulate      made-up packets from a seeded scenario; marked SYNTHETIC wherever they go
    --site NAME          frankfurt, saopaulo or singapore (default frankfurt)
    --rate N             packets a second (default 200)
    --seed N             another seed, other packets (default 1)
    --seconds N          stop after this much traffic (default: never)
    --speed 1|max        as time passes, or as fast as possible (max needs --seconds; default 1)
    --out FILE           write a pcap file instead of shipping (needs --seconds)

Options                    or from the environment
  --stream NAME            SKIRMISH_STREAM       the Kinesis stream to ship to
  --region REGION          AWS_REGION
  --endpoint URL           AWS_ENDPOINT_URL      another endpoint than AWS's; its own traffic is not captured
  --probe ID               SKIRMISH_PROBE        the probe's registered id
  --key-file FILE          SKIRMISH_KEY_FILE     the probe's key
  --state-dir DIR          SKIRMISH_STATE_DIR    where replays remember who they are
                                                 (default ~/.local/state/skirmish)
  --queue-mb MB            SKIRMISH_QUEUE_MB     what may wait while the stream is away (default 64); then
                                                 capture drops the oldest, counted, and files wait
  --status json|line|none  SKIRMISH_STATUS       once a second (default line)
  --dry-run                                      do everything but ship
  -h, --help

Examples
  probe capture -i eth0 -f 'not port 22' --stream skirmish --probe sensor-1 --key-file sensor-1.key
  probe replay monday.pcap tuesday.pcapng --speed 10 --stream skirmish --probe sensor-1 --key-file sensor-1.key
  probe replay monday.pcap --summary
  probe simulate demo --site singapore --seconds 60 --speed max --out demo.pcap

Exit codes: 0 done, 1 failed (the message says what to do), 2 wrong usage.
`;
