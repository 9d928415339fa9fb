import { describe, expect, it } from 'vitest';
import { completeSensor, defaultProbe } from '../../../../bin/command/ask-for-sensor.ts';

describe('completeSensor', () => {
  it('asks only for what the flags leave out', async () => {
    const asked: string[] = [];

    const sensor = await completeSensor(
      { probe: 'edge-1', site: 'Oslo', home: ['10.0.0.0/8'] },
      async (question) => {
        asked.push(question);
        return question.startsWith('Latitude') ? '59.9' : '10.7';
      },
    );

    expect(asked).toEqual(['Latitude of the site', 'Longitude of the site']);
    expect(sensor).toMatchObject({ probe: 'edge-1', lat: 59.9, lon: 10.7 });
  });

  it('offers a default for all but the coordinates', async () => {
    const offered: Record<string, string> = {};

    const refused = completeSensor({}, async (question, fallback) => {
      offered[question] = fallback;
      return fallback;
    });

    await expect(refused).rejects.toThrow(/--lat ''/);
    expect(offered['Probe id']).toMatch(/^[a-z0-9-]{1,64}$/);
    expect(offered['Site label that the public sees']).not.toBe('');
    expect(offered['Latitude of the site']).toBe('');
  });
});

describe('defaultProbe', () => {
  it.each([
    ['Sensor_1.example.COM', 'sensor-1-example-com'],
    ['', 'probe'],
    ['x'.repeat(80), 'x'.repeat(64)],
  ])('makes an id of the host name %j', (host, id) => {
    expect(defaultProbe(host)).toBe(id);
  });
});
