import { describe, expect, it } from 'vitest';
import type { Rendering } from '../../../core/event/table.ts';
import { EventTableBuilder } from '../../../core/event/table-builder.ts';
import type { StoredSegment } from '../../../lambdas/aws/segment-item.ts';
import { closeBody, closePublicBody, openPublicBody } from '../../../lambdas/segment-body.ts';

const OPERATOR: Rendering = {
  audience: 'operator',
  table: new EventTableBuilder(0).build(),
  withheld: 0,
  ...{ filtered: 0, databases: {}, counters: {} },
};

describe('what is stored for the public', () => {
  it('cannot be made of the operator’s rendering', () => {
    const body = closeBody(OPERATOR);

    // @ts-expect-error: only closePublicBody makes a PublicBody
    const stored: StoredSegment['bodies'] = { operator: body, public: body };
    // @ts-expect-error: only redact makes what closePublicBody takes
    const closed = (): unknown => closePublicBody(OPERATOR);

    expect(stored.public).toBe(body);
    expect(closed).toBeTypeOf('function');
    expect(openPublicBody(body)).toMatchObject({ ok: false, reason: 'bad-value' });
  });
});
