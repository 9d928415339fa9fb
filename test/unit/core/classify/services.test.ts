import { describe, expect, it } from 'vitest';
import { SERVICE_PORTS } from '../../../../core/classify/service-table.ts';
import { classifyByPort, SERVICE_CLASSES, SERVICES } from '../../../../core/classify/services.ts';
import { METHOD, PROTOCOL } from '../../../../core/event/kinds.ts';

const { tcp, udp, icmp, icmp6 } = PROTOCOL;
const named = (protocol: number, responder: number, initiator = 50_000) => {
  const { service, ...rest } = classifyByPort(protocol, responder, initiator);
  return { name: SERVICES[service]?.name, ...rest };
};

describe('SERVICES', () => {
  it('are at least sixty, at their ids, with distinct names and labels', () => {
    expect(SERVICES.length).toBeGreaterThanOrEqual(60);
    expect(SERVICES.map(({ id }) => id)).toEqual(SERVICES.map((_, i) => i));
    expect(new Set(SERVICES.map(({ name }) => name)).size).toBe(SERVICES.length);
    expect(new Set(SERVICES.map(({ label }) => label)).size).toBe(SERVICES.length);
    expect(SERVICES[0]).toEqual({ id: 0, name: 'unknown', label: 'Unknown', class: 'other' });
  });

  it('belong to classes that exist, and every class has some', () => {
    const classes = SERVICE_CLASSES.map(({ name }) => name);

    expect(new Set(SERVICES.map((service) => service.class))).toEqual(new Set(classes));
  });

  it('keep the ids that stored segments already name', () => {
    const known = {
      ssh: 1,
      telnet: 2,
      rdp: 4,
      http: 9,
      https: 10,
      smtp: 13,
      dns: 16,
      smb: 25,
      icmp: 71,
    };

    for (const [name, id] of Object.entries(known)) expect(SERVICES[id]?.name).toBe(name);
  });

  it('do not claim one port of one protocol twice', () => {
    for (const protocol of ['tcp', 'udp'] as const) {
      const ports = SERVICE_PORTS.flatMap((service) => service[protocol]);
      expect(new Set(ports).size).toBe(ports.length);
      expect(ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)).toBe(true);
    }
  });
});

describe('classifyByPort', () => {
  it('goes by the responder’s port and is modest about it', () => {
    expect(named(tcp, 22)).toEqual({ name: 'ssh', method: METHOD.port, confidence: 60 });
    expect(named(udp, 53)).toEqual({ name: 'dns', method: METHOD.port, confidence: 60 });
    expect(named(tcp, 443, 22)).toMatchObject({ name: 'https' });
    expect(named(udp, 443)).toMatchObject({ name: 'quic' });
  });

  it('is less sure of ports that others use as well', () => {
    expect(named(tcp, 8888)).toMatchObject({ name: 'http', confidence: 40 });
    expect(named(udp, 51_820)).toMatchObject({ name: 'wireguard', confidence: 40 });
  });

  it('is least sure when only the initiator’s port is known', () => {
    expect(named(tcp, 50_123, 80)).toEqual({ name: 'http', method: METHOD.port, confidence: 20 });
  });

  it('says nothing where it knows nothing', () => {
    const nothing = { service: 0, method: METHOD.none, confidence: 0 };

    expect(classifyByPort(tcp, 40_001, 50_002)).toEqual(nothing);
    expect(classifyByPort(132, 22, 22)).toEqual(nothing);
    expect(classifyByPort(udp, 0, 0)).toEqual(nothing);
  });

  it('goes by the protocol where that is the service', () => {
    expect(named(icmp, 0)).toMatchObject({ name: 'icmp', confidence: 95 });
    expect(named(icmp6, 0)).toMatchObject({ name: 'icmp' });
    expect(named(47, 0)).toMatchObject({ name: 'gre' });
  });
});
