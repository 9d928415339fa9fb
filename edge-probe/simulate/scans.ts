import { ascii, echoFrame, udpFrame } from './packet.ts';
import { pickSource } from './sources.ts';
import { type CampaignKind, route, synTo } from './strike.ts';

const SWEPT_PORTS = [
  22, 23, 80, 443, 445, 1433, 2323, 3306, 3389, 5060, 5555, 5900, 6379, 8080, 9200,
];

/** Many ports of one host. */
export const verticalScan: CampaignKind = {
  name: 'vertical-scan',
  weight: 5,
  strikesPerSecond: [6, 16],
  seconds: [5, 18],
  packets: 2.1,
  begin: (world) => {
    const [attacker, place] = [pickSource(world.random), world.random.pick(world.hosts)];
    return (w, at) => synTo(w, at, { attacker, place, port: w.random.between(1, 10_000) });
  },
};

/** One port of the whole network, its dark addresses included. */
export const horizontalScan: CampaignKind = {
  name: 'horizontal-scan',
  weight: 8,
  strikesPerSecond: [3, 10],
  seconds: [8, 25],
  packets: 1.4,
  begin: (world) => {
    const [attacker, port] = [pickSource(world.random), world.random.pick(SWEPT_PORTS)];
    let place = 0;
    return (w, at) => {
      place = (place % 62) + 1;
      synTo(w, at, { attacker, place, port });
    };
  },
};

/** The noise that never stops: anybody, any host, the ports of the day. */
export const background: CampaignKind = {
  name: 'background',
  weight: 0,
  strikesPerSecond: [6, 6],
  seconds: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  packets: 1.5,
  begin: () => (world, at) => {
    const { random } = world;
    const port = random.chance(0.85) ? random.pick(SWEPT_PORTS) : random.between(1, 65_535);
    synTo(world, at, { attacker: pickSource(random), place: world.anyPlace(), port });
  },
};

/** Echo requests through the network; the hosts that exist answer. */
export const icmpSweep: CampaignKind = {
  name: 'icmp-sweep',
  weight: 3,
  strikesPerSecond: [4, 10],
  seconds: [4, 8],
  packets: 1.3,
  begin: (world) => {
    const attacker = pickSource(world.random);
    let place = 0;
    return (w, at) => {
      place = (place % 62) + 1;
      const host = w.home(place);
      const echo = { identifier: w.random.between(1, 0xffff), sequence: place };
      w.send(at, echoFrame(route(w, attacker, host), { ...echo, reply: false }));
      if (w.exists(place)) {
        w.send(at + 0.2, echoFrame(route(w, host, attacker), { ...echo, reply: true }));
      }
    };
  },
};

/** SIP OPTIONS as scanners of telephone systems send it. */
export const sipScan: CampaignKind = {
  name: 'sip-scan',
  weight: 3,
  strikesPerSecond: [2, 6],
  seconds: [6, 20],
  packets: 1.4,
  begin: (world) => {
    const attacker = pickSource(world.random);
    return (w, at) => {
      const place = w.anyPlace();
      const call = `${w.random.between(1e8, 9e8)}`;
      const head = `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-${call}\r\nCall-ID: ${call}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`;
      const ports = { from: w.random.between(5060, 5099), to: 5060 };
      const ask = ascii(`OPTIONS sip:100@example.com SIP/2.0\r\n${head}`);
      w.send(at, udpFrame(route(w, attacker, w.home(place)), ports, ask));
      if (!w.open(place, 5060)) return;
      const back = route(w, w.home(place), attacker);
      const answer = ascii(`SIP/2.0 200 OK\r\n${head}`);
      w.send(at + 1, udpFrame(back, { from: 5060, to: ports.from }, answer));
    };
  },
};
