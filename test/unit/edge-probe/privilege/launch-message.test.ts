import { describe, expect, it } from 'vitest';
import {
  parseLaunchAnswer,
  parseLaunchRequest,
} from '../../../../edge-probe/privilege/launch-message.ts';

describe('parseLaunchRequest', () => {
  it.each(['start', 'stop', 'kill'] as const)('takes %s of an interface there is', (type) => {
    expect(parseLaunchRequest({ type, capture: 1, more: 'x' }, 2)).toEqual({ type, capture: 1 });
  });

  it.each([
    [undefined],
    [null],
    ['start'],
    [{ type: 'start' }],
    [{ type: 'run', capture: 0 }],
    [{ type: 'start', capture: 2 }],
    [{ type: 'start', capture: -1 }],
    [{ type: 'start', capture: 0.5 }],
    [{ type: 'start', capture: '0' }],
    [{ type: ['start'], capture: 0 }],
  ])('takes nothing else: %j', (value) => {
    expect(parseLaunchRequest(value, 2)).toBeUndefined();
  });
});

describe('parseLaunchAnswer', () => {
  it('takes how a capture ended and nothing else', () => {
    const answer = { type: 'ended', capture: 0, how: 'SIGKILL' };

    expect(parseLaunchAnswer(answer)).toEqual(answer);
    expect(parseLaunchAnswer({ ...answer, type: 'start' })).toBeUndefined();
    expect(parseLaunchAnswer({ ...answer, how: 3 })).toBeUndefined();
    expect(parseLaunchAnswer(null)).toBeUndefined();
  });
});
