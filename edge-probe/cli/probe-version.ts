import manifest from '../../package.json' with { type: 'json' };

/** Which version of Skirmish this probe is of. */
export function probeVersion(): string {
  return manifest.version;
}
