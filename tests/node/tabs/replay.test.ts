import { expect, it } from 'vitest';
import type { Batch, Command } from '../../../web/core/engine/engine.js';
import type { TabsStatus } from '../../../web/core/api/status.js';
import type { Line, LineEvents } from '../../../web/core/tabs/tab/line.js';
import { TabEngine } from '../../../web/core/tabs/tab/tabEngine.js';
import { OPTIONS } from '../support/tabs/scriptedHub.js';

const spec = { schema: 'public', table: 't', event: '*' } as const;
const subscribe = (id: number): Command => ({ kind: 'subscribe', id, spec });

it('what callbacks ask for while a core in the same realm gets what is wanted is sent once, after that', async () => {
  const sent: Command[][] = [];
  const lines: LineEvents[] = [];
  const connect = (_user: string, events: LineEvents): Promise<{ line: Line; tabs: TabsStatus }> => {
    const commands: Command[] = [];
    sent.push(commands);
    lines.push(events);
    const send = (command: Command): void => {
      commands.push(command);
      if (command.kind === 'subscribe')
        events.batch({ control: { polls: [command.id] }, columnLists: [], deliveries: [] });
    };
    const line = { isShared: false, send, check: () => undefined, close: () => undefined };
    return Promise.resolve({ line, tabs: { carrier: 'own', code: 'OK', message: '' } });
  };
  let isAgain = false;
  const polled: number[] = [];
  const sink = ({ control }: Batch): void => {
    for (const id of control?.polls ?? []) {
      polled.push(id);
      if (!isAgain || id !== 1) continue;
      engine.send({ kind: 'unsubscribe', id: 2 });
      engine.send(subscribe(4));
    }
  };
  const engine = new TabEngine(OPTIONS, '', connect, sink, () => Promise.resolve(''));
  await engine.open(new AbortController().signal);
  for (const id of [1, 2, 3]) engine.send(subscribe(id));
  isAgain = true;
  polled.length = 0;
  lines[0]?.lost('CONNECTION_LOST', '');
  await Promise.resolve();
  await Promise.resolve();
  const of = (command: Command): string => `${command.kind} ${'id' in command ? String(command.id) : ''}`;
  expect(sent[1]?.map(of)).toEqual(['subscribe 1', 'subscribe 2', 'subscribe 3', 'unsubscribe 2', 'subscribe 4']);
  expect(polled).toEqual([1, 2, 3, 4]);
  await engine.dispose();
});
