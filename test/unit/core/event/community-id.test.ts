import { describe, expect, it } from 'vitest';
import { communityId } from '../../../../core/event/community-id.ts';
import { addressBytes } from '../../../support/packet-builder.ts';

type Ends = readonly [string, string, number, number];

function idOf(protocol: number, [from, to, fromPort, toPort]: Ends, seed?: number): string {
  const tuple = {
    initiator: Uint8Array.from(addressBytes(from)),
    responder: Uint8Array.from(addressBytes(to)),
    initiatorPort: fromPort,
    responderPort: toPort,
    protocol,
  };
  return communityId(tuple, seed);
}

/** The vectors of the specification's reference implementation, github.com/corelight/pycommunityid. */
const VECTORS: readonly (readonly [string, number, Ends, string, string])[] = [
  [
    'TCP',
    6,
    ['128.232.110.120', '66.35.250.204', 34855, 80],
    '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    '1:3V71V58M3Ksw/yuFALMcW0LAHvc=',
  ],
  [
    'TCP whose ports compare by their bytes',
    6,
    ['10.0.0.1', '10.0.0.2', 10, 11569],
    '1:SXBGMX1lBOwhhoDrZynfROxnhnM=',
    '1:HmBRGR+fUyXF4t8WEtal7Y0gEAo=',
  ],
  [
    'UDP',
    17,
    ['192.168.1.52', '8.8.8.8', 54585, 53],
    '1:d/FP5EW3wiY1vCndhwleRRKHowQ=',
    '1:Q9We8WO3piVF8yEQBNJF4uiSVrI=',
  ],
  [
    'SCTP',
    132,
    ['192.168.170.8', '192.168.170.56', 7, 80],
    '1:jQgCxbku+pNGw8WPbEc/TS/uTpQ=',
    '1:Y1/0jQg6e+I3ZwZZ9LP65DNbTXU=',
  ],
  [
    'an echo',
    1,
    ['192.168.0.89', '192.168.0.1', 8, 0],
    '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
    '1:03g6IloqVBdcZlPyX8r0hgoE7kA=',
  ],
  [
    'an echo reply',
    1,
    ['192.168.0.1', '192.168.0.89', 0, 20],
    '1:X0snYXpgwiv9TZtqg64sgzUn6Dk=',
    '1:03g6IloqVBdcZlPyX8r0hgoE7kA=',
  ],
  [
    'ICMP that nothing answers',
    1,
    ['192.168.0.89', '192.168.0.1', 20, 1],
    '1:tz/fHIDUHs19NkixVVoOZywde+I=',
    '1:Ie3wmFyxiEyikbsbcO03d2nh+PM=',
  ],
  [
    'a neighbour solicitation',
    58,
    ['fe80::200:86ff:fe05:80da', 'fe80::260:97ff:fe07:69ea', 135, 0],
    '1:dGHyGvjMfljg6Bppwm3bg0LO8TY=',
    '1:kHa1FhMYIT6Ym2Vm2AOtoOARDzY=',
  ],
  [
    'ICMPv6 that nothing answers',
    58,
    ['3ffe:507:0:1:260:97ff:fe07:69ea', '3ffe:507:0:1:200:86ff:fe05:80da', 3, 0],
    '1:NdobDX8PQNJbAyfkWxhtL2Pqp5w=',
    '1:OlOWx9psIbBFi7lOCw/4MhlKR9M=',
  ],
  [
    'a protocol without ports',
    46,
    ['10.1.24.4', '10.1.12.1', 0, 0],
    '1:/nQI4Rh/TtY3mf0R2gJFBkVlgS4=',
    '1:BK3BVW3U2eemuwVQVN3zd/GULno=',
  ],
];

describe('communityId', () => {
  it.each(VECTORS)('of %s is what the specification says', (...vector) => {
    const [, protocol, ends, id, seeded] = vector;
    expect(idOf(protocol, ends)).toBe(id);
    expect(idOf(protocol, ends, 1)).toBe(seeded);
  });

  it.each(VECTORS.filter(([, protocol]) => protocol !== 1 && protocol !== 58))(
    'of %s is the same from the other end',
    (_, protocol, [from, to, fromPort, toPort], id) => {
      expect(idOf(protocol, [to, from, toPort, fromPort])).toBe(id);
    },
  );
});
