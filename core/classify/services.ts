import { METHOD, type Method, PROTOCOL } from '../event/kinds.ts';
import { type ServiceClass, type ServiceClassName, serviceClasses } from './classes.ts';
import { SERVICE_PORTS } from './service-table.ts';

/** Every class of services, in the order a legend shows them. */
export const SERVICE_CLASSES: readonly ServiceClass[] = serviceClasses();

/** A service a flow can be named after. */
export interface Service {
  /** Index in SERVICES, the same for ever; 0 is `unknown`. */
  readonly id: number;
  /** Lower case, stable: 'ssh'. */
  readonly name: string;
  /** For people: 'SSH'. */
  readonly label: string;
  readonly class: ServiceClassName;
}

/** How a service was told, and how sure that is (0…100). */
export interface Classification {
  readonly service: number;
  readonly method: Method;
  readonly confidence: number;
}

/** Every service, at its id. */
export const SERVICES: readonly Service[] = SERVICE_PORTS.map(({ name, label, ...rest }, id) => ({
  id,
  name,
  label,
  class: rest.class,
}));

/** A port says what was asked for, not what answered: so no more than this. */
const SURE = 60;
const LESS_SURE = 40;
const INITIATOR_ONLY = 20;
/** The protocol itself is the service. */
const CERTAIN = 95;
/** Above it ports are handed out to clients as well. Source: RFC 6335 dynamic ports begin at 49152, Linux's at 32768. */
const FIRST_EPHEMERAL = 32_768;

const NONE: Classification = { service: 0, method: METHOD.none, confidence: 0 };
const BY_PROTOCOL = protocolMap();
const BY_PORT = portMap();

/** The service of a flow by its ports; the responder's decides, and the initiator's alone counts for little. */
export function classifyByPort(
  protocol: number,
  responderPort: number,
  initiatorPort: number,
): Classification {
  const whole = BY_PROTOCOL.get(protocol);
  if (whole !== undefined) return whole;
  const ports = BY_PORT.get(protocol);
  if (ports === undefined) return NONE;
  const responder = ports.get(responderPort);
  if (responder !== undefined) return responder;
  const initiator = ports.get(initiatorPort);
  if (initiator === undefined) return NONE;
  return INITIATORS[initiator.service] as Classification;
}

const INITIATORS: readonly Classification[] = SERVICES.map(({ id }) => ({
  service: id,
  method: METHOD.port,
  confidence: INITIATOR_ONLY,
}));

function protocolMap(): ReadonlyMap<number, Classification> {
  const named: readonly [number, string][] = [
    [PROTOCOL.icmp, 'icmp'],
    [PROTOCOL.icmp6, 'icmp'],
    [2, 'igmp'],
    [47, 'gre'],
    [50, 'ipsec'],
    [51, 'ipsec'],
  ];
  return new Map(
    named.map(([protocol, name]) => [
      protocol,
      { service: idOf(name), method: METHOD.port, confidence: CERTAIN },
    ]),
  );
}

function portMap(): ReadonlyMap<number, ReadonlyMap<number, Classification>> {
  const tcp = new Map<number, Classification>();
  const udp = new Map<number, Classification>();
  SERVICE_PORTS.forEach((service, id) => {
    for (const port of service.tcp) tcp.set(port, classification(id, port, service.tcp));
    for (const port of service.udp) udp.set(port, classification(id, port, service.udp));
  });
  return new Map([
    [PROTOCOL.tcp, tcp],
    [PROTOCOL.udp, udp],
  ]);
}

/** Surest at a service's first port, the one it is registered at, unless clients are given that port too. */
function classification(id: number, port: number, ports: readonly number[]): Classification {
  const sure = port < FIRST_EPHEMERAL && ports.indexOf(port) < 2;
  return { service: id, method: METHOD.port, confidence: sure ? SURE : LESS_SURE };
}

function idOf(name: string): number {
  return SERVICE_PORTS.findIndex((service) => service.name === name);
}
