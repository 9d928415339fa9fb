import { describe, expect, it } from 'vitest';
import { fail, ok } from '../../../core/result.ts';

describe('Result', () => {
  it('holds a value or a reason, with a detail only where there is one', () => {
    expect(ok(1)).toEqual({ ok: true, value: 1 });
    expect(Object.keys(fail('why'))).toEqual(['ok', 'reason']);
    expect(fail('why', 'where')).toEqual({ ok: false, reason: 'why', detail: 'where' });
  });
});
