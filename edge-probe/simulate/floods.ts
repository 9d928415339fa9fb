import { udpFrame } from './packet.ts';
import { pickSource } from './sources.ts';
import { type CampaignKind, route } from './strike.ts';

/** A flood of datagrams from a few hosts to one: few flows, many packets. */
export const udpFlood: CampaignKind = {
  name: 'udp-flood',
  weight: 1.5,
  strikesPerSecond: [3, 5],
  seconds: [4, 9],
  packets: 14,
  begin: (world) => {
    const { random } = world;
    const target = world.home(random.pick(world.hosts));
    const port = random.pick([53, 80, 443, 27015]);
    const attackers = Array.from({ length: random.between(4, 10) }, () => ({
      address: pickSource(random),
      port: world.ephemeralPort(),
    }));
    return (w, at) => {
      const { address, port: from } = w.random.pick(attackers);
      for (let i = 0; i < 14; i++) {
        const payload = w.random.bytes(w.random.between(200, 512));
        w.send(at + i * 3, udpFrame(route(w, address, target), { from, to: port }, payload));
      }
    };
  },
};

/** Answers that nobody asked for: open servers being made to send to a victim. */
export const reflection: CampaignKind = {
  name: 'reflection',
  weight: 1.5,
  strikesPerSecond: [4, 9],
  seconds: [4, 9],
  packets: 5,
  begin: (world) => {
    const { random } = world;
    const victim = world.home(random.pick(world.hosts));
    const from = random.pick([19, 123, 389, 1900, 11211]);
    const to = world.ephemeralPort();
    return (w, at) => {
      const reflector = pickSource(w.random);
      for (let i = 0; i < 5; i++) {
        const payload = w.random.bytes(w.random.between(440, 1200));
        w.send(at + i * 2, udpFrame(route(w, reflector, victim), { from, to }, payload));
      }
    };
  },
};
