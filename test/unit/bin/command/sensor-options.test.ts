import { describe, expect, it } from 'vitest';
import { CommandError } from '../../../../bin/command/command-error.ts';
import { parseFlags, parseSensor, SENSOR_FLAGS } from '../../../../bin/command/sensor-options.ts';

const GOOD = {
  probe: 'edge-1',
  site: 'Frankfurt',
  lat: '50.11',
  lon: '-8.68',
  home: ['10.0.0.0/8'],
};

function failureOf(action: () => unknown): CommandError {
  try {
    action();
  } catch (error) {
    if (error instanceof CommandError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('parseSensor', () => {
  it('takes home networks one by one and with commas', () => {
    const sensor = parseSensor({ ...GOOD, home: ['10.0.0.0/8, 192.0.2.0/24', '2001:db8::/32'] });

    expect(sensor).toEqual({
      probe: 'edge-1',
      site: 'Frankfurt',
      lat: 50.11,
      lon: -8.68,
      home: ['10.0.0.0/8', '192.0.2.0/24', '2001:db8::/32'],
    });
  });

  it.each([
    ['probe', 'Edge 1', "--probe 'Edge 1': use a-z, 0-9 and -"],
    ['probe', 'a'.repeat(65), 'at most 64 characters'],
    ['site', '  ', 'use a label'],
    ['lat', '91', "--lat '91': use a number of degrees from -90 to 90"],
    ['lat', '5e1', "--lat '5e1': use a number of degrees"],
    ['lon', '', "--lon '': use a number of degrees from -180 to 180"],
    ['home', ['10.0.0.1'], "--home '10.0.0.1': use a CIDR"],
    ['home', ['0.0.0.0/0'], "--home '0.0.0.0/0': use networks of your own, of /7 at the widest"],
    ['home', ['10.0.0.0/8,::/0'], 'use networks of your own'],
    ['public-at', '52.5', "--public-at '52.5': use a latitude and a longitude in degrees"],
    ['public-at', '91,13', "--public-at '91,13': use a latitude and a longitude in degrees"],
  ])('refuses --%s %j and says what it takes', (flag, value, message) => {
    const failure = failureOf(() => parseSensor({ ...GOOD, [flag]: value }));

    expect(failure.message).toContain(message);
    expect(failure.exitCode).toBe(2);
  });

  it('takes a point that the public is to see the site at', () => {
    const { publicAt } = parseSensor({ ...GOOD, 'public-at': '-33.87, 151.2' });

    expect(publicAt).toEqual({ lat: -33.87, lon: 151.2 });
  });

  it('names every flag that is missing', () => {
    const { message } = failureOf(() => parseSensor({}));

    for (const flag of Object.keys(GOOD)) expect(message).toContain(`--${flag} is missing`);
  });
});

describe('parseFlags', () => {
  it('says which flag does not exist, and how to see those that do', () => {
    const failure = failureOf(() => parseFlags({ args: ['--nope'], options: SENSOR_FLAGS }));

    expect(failure.message).toContain("Unknown option '--nope'");
    expect(failure.message).toContain('--help');
    expect(failure.exitCode).toBe(2);
  });
});
