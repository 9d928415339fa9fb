import { hostname } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { usageError } from './command-error.ts';
import { ownNetworks } from './probe-line.ts';
import { parseSensor, type SensorAnswers, type SensorDraft } from './sensor-options.ts';

/** Asks one question; answers the default when nothing was typed. */
export type Ask = (question: string, fallback: string) => Promise<string>;

/** The first sensor from flags, and from questions for what they leave out where there is a terminal. */
export async function askForSensor(flags: SensorAnswers): Promise<SensorDraft> {
  if (!process.stdin.isTTY) return sensorWithDefaults(flags);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await completeSensor(flags, async (question, fallback) => {
      const answer = await terminal.question(`${question}${fallback ? ` [${fallback}]` : ''}: `);
      return answer.trim() || fallback;
    });
  } finally {
    terminal.close();
  }
}

/** Fills in what the flags leave out by asking. */
export async function completeSensor(flags: SensorAnswers, ask: Ask): Promise<SensorDraft> {
  const probe = flags.probe ?? (await ask('Probe id', defaultProbe(hostname())));
  const site = flags.site ?? (await ask('Site label that the public sees', defaultSite()));
  const lat = flags.lat ?? (await ask('Latitude of the site', ''));
  const lon = flags.lon ?? (await ask('Longitude of the site', ''));
  const home = flags.home ?? [await ask('Home networks (CIDRs)', ownNetworks().join(','))];
  return parseSensor({ ...flags, probe, site, lat, lon, home });
}

/** Without a terminal: all but the coordinates has a default, and those cannot be guessed. */
function sensorWithDefaults(flags: SensorAnswers): SensorDraft {
  if (flags.lat === undefined || flags.lon === undefined) {
    throw usageError(
      'Where is the first sensor? Give --lat and --lon, or --no-sensor to enrol one later.',
    );
  }
  return parseSensor({
    probe: defaultProbe(hostname()),
    site: defaultSite(),
    home: ownNetworks(),
    ...flags,
  });
}

/** A host's name as a probe id. */
export function defaultProbe(host: string): string {
  const id = host.toLowerCase().replace(/[^a-z0-9-]+/g, '-');
  return id.slice(0, 64) || 'probe';
}

/** The city of this host's time zone, e.g. `Europe/Berlin` → `Berlin`. */
function defaultSite(): string {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone.split('/').at(-1)?.replaceAll('_', ' ') || 'Home';
}
