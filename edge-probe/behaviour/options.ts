/** Logins guessed at one service: how many short sessions in a minute are too many, and how short. */
export interface BruteForceLimit {
  /** Sessions of one source with one target within `attemptsWindowMs`; 0 leaves the service out. */
  readonly attempts: number;
  /** Most payload of a failed login, bytes: from the client, and from the server. */
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** When behaviour is told. Windows are ms of packets' time. */
export interface BehaviourOptions {
  /** How long distinct failed ports and targets of scans are counted together. */
  readonly scanWindowMs: number;
  /** Distinct ports of one target: a vertical scan. */
  readonly scanPorts: number;
  /** Distinct targets on one port: a horizontal scan. */
  readonly scanTargets: number;
  /** Distinct targets on at least `sweepPorts` ports, or distinct targets of echo requests: a sweep. */
  readonly sweepTargets: number;
  readonly sweepPorts: number;
  /** Share of a source's connections that fail, at least, 0…1: of TCP, and of UDP. */
  readonly scanFailedShare: number;
  readonly scanFailedShareUdp: number;
  /** Half-open connections to one port of one host in `floodWindowMs`, their share of all, and their distinct sources. */
  readonly floodWindowMs: number;
  readonly floodAttempts: number;
  readonly floodShare: number;
  readonly floodSources: number;
  readonly attemptsWindowMs: number;
  /** Share of short sessions among all that one source has with the service of one target. */
  readonly attemptsShare: number;
  /** By name of SERVICES. */
  readonly bruteForce: Readonly<Record<string, BruteForceLimit>>;
  /** Distinct servers that answer one host unasked in `reflectionWindowMs`. */
  readonly reflectionWindowMs: number;
  readonly reflectors: number;
  /** Bytes one host is answered in that window, and how many times what was asked that is. */
  readonly reflectionBytes: number;
  readonly amplification: number;
  /** A finding that goes on is told again after this, and is over when nothing came for `quietMs`. */
  readonly repeatMs: number;
  readonly quietMs: number;
  /** Records that each kind of behaviour remembers, and findings at a time: all memory is taken at the start. */
  readonly maxSuspects: number;
  readonly maxFindings: number;
  /** Of hashes and sketches. Live capture draws it, so that nobody can choose what collides; files keep it. */
  readonly hashSeed: number;
}

/**
 * Scans as in Zeek's scan.zeek (15 ports, 25 hosts, failed connections only, 5 minutes), a little earlier on hosts;
 * databases above what a balancer's check every two seconds makes. Guessing over HTTP cannot be told from an API's
 * client by counting, so it is left out unless asked for.
 */
export const BEHAVIOUR_DEFAULTS: BehaviourOptions = {
  scanWindowMs: 300_000,
  scanPorts: 15,
  scanTargets: 20,
  sweepTargets: 20,
  sweepPorts: 5,
  scanFailedShare: 0.75,
  scanFailedShareUdp: 0.9,
  floodWindowMs: 8_000,
  floodAttempts: 800,
  floodShare: 0.7,
  floodSources: 20,
  attemptsWindowMs: 60_000,
  attemptsShare: 0.8,
  bruteForce: {
    ssh: { attempts: 15, bytesOut: 3_600, bytesIn: 4_600 },
    telnet: { attempts: 12, bytesOut: 600, bytesIn: 2_000 },
    ftp: { attempts: 15, bytesOut: 300, bytesIn: 1_000 },
    rdp: { attempts: 12, bytesOut: 4_000, bytesIn: 6_000 },
    vnc: { attempts: 12, bytesOut: 300, bytesIn: 600 },
    smb: { attempts: 20, bytesOut: 2_500, bytesIn: 2_500 },
    winrm: { attempts: 20, bytesOut: 2_500, bytesIn: 2_500 },
    smtp: { attempts: 15, bytesOut: 500, bytesIn: 1_500 },
    pop3: { attempts: 40, bytesOut: 300, bytesIn: 500 },
    imap: { attempts: 40, bytesOut: 300, bytesIn: 900 },
    mysql: { attempts: 40, bytesOut: 400, bytesIn: 600 },
    mssql: { attempts: 40, bytesOut: 900, bytesIn: 900 },
    postgresql: { attempts: 40, bytesOut: 400, bytesIn: 600 },
    mongodb: { attempts: 40, bytesOut: 900, bytesIn: 900 },
    redis: { attempts: 40, bytesOut: 200, bytesIn: 300 },
    ldap: { attempts: 40, bytesOut: 300, bytesIn: 300 },
    http: { attempts: 0, bytesOut: 1_500, bytesIn: 4_000 },
    https: { attempts: 0, bytesOut: 2_500, bytesIn: 8_000 },
  },
  reflectionWindowMs: 60_000,
  reflectors: 10,
  reflectionBytes: 500_000,
  amplification: 10,
  repeatMs: 60_000,
  quietMs: 60_000,
  maxSuspects: 8_192,
  maxFindings: 1_024,
  hashSeed: 0x5eed,
};
