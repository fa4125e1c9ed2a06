import { expect, it } from 'vitest';
import { Interruptions } from '../../../web/core/tabs/tab/interruptions.js';
import { Wants } from '../../../web/core/tabs/tab/wants.js';

it('a flush is answered when its core is lost, also after its subscription has ended, and once', () => {
  const wants = new Wants();
  const interruptions = new Interruptions(wants);
  for (const id of [1, 2]) {
    wants.note({ kind: 'subscribe', id, spec: { schema: 'public', table: 't', event: '*' } });
    wants.note({ kind: 'flush', id });
  }
  wants.note({ kind: 'flush', id: 1 });
  wants.note({ kind: 'unsubscribe', id: 1 });
  wants.flushed(2);
  expect(interruptions.lose('CONNECTION_LOST', '', 0).flushed).toEqual([1, 1]);
  expect(interruptions.lose('CONNECTION_LOST', '', 0).flushed).toEqual([]);
});
