// @vitest-environment happy-dom
import { StrictMode, useEffect, type ReactNode } from 'react';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { PresenceMember } from 'switchboard-realtime';
import {
  RealtimeProvider,
  useBroadcast,
  useChannel,
  usePresence,
  type UseBroadcast,
  type UseChannel,
  type UsePresence,
} from 'switchboard-realtime/react';
import { createFakeManager } from 'switchboard-realtime/testing';
import { Stage } from '../support/stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.close());

describe('with a fake manager', () => {
  interface Person {
    name: string;
  }

  function Room(): ReactNode {
    const { others, me, status } = usePresence<Person>('room', { track: { name: 'Me' } });
    const send = useBroadcast('room');
    useChannel('room', {}, {});
    useEffect(() => {
      void send('hello', { from: 'me' });
    }, [send]);
    return (
      <p>{`${status?.state ?? ''} ${others.map(({ payload }) => payload.name).join()} ${me?.payload.name ?? ''}`}</p>
    );
  }

  it('components are present, see others, send and receive', async () => {
    const fake = createFakeManager();
    const got: unknown[] = [];
    fake.channel('room').on('*', (payload, { event }) => got.push([event, payload]));
    const tree = (
      <StrictMode>
        <RealtimeProvider manager={fake}>
          <Room />
        </RealtimeProvider>
      </StrictMode>
    );
    await stage.renderBare(tree);
    await stage.say(() => {
      fake.setPresence('room', { ana: { name: 'Ana' }, ben: { name: 'Ben' } });
    });
    expect(stage.text).toBe('live Ana,Ben Me');
    await stage.say(() => {
      fake.setPresence('room', { ben: { name: 'Ben 2' } });
      fake.setStatus('retrying');
    });
    expect(stage.text).toBe('retrying Ben 2 Me');
    expect(fake.status()).toMatchObject({
      overall: 'offline',
      channels: [1, 2, 3, 4].map(() => expect.objectContaining({ state: 'retrying' }) as object),
    });
    await stage.say(() => {
      fake.setStatus('live');
      void fake.broadcast('room', 'note', { text: 'x' });
    });
    expect(got).toEqual([
      ['hello', { from: 'me' }],
      ['hello', { from: 'me' }],
      ['note', { text: 'x' }],
    ]);
    await expect(fake.broadcast('room', 'note', [1])).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(() => {
      fake.setPresence('room', { ana: [] });
    }).toThrow(/takes an object/);
    await stage.renderBare(null);
    await fake.dispose();
  });
});

describe('types', () => {
  type Channels = { 'room:*': { events: { cursor: { x: number } }; presence: { name: string } } };

  it('names, events, payloads and presence are those of the map', () => {
    // Never run: the compiler is what is tested.
    const unrun = (_: (a: UseChannel<Channels>, b: UseBroadcast<Channels>, c: UsePresence<Channels>) => void): void =>
      undefined;
    unrun((useTypedChannel, useTypedBroadcast, useTypedPresence) => {
      const { send } = useTypedChannel(
        'room:7',
        {},
        {
          cursor: (payload, message) => {
            expectTypeOf(payload).toEqualTypeOf<{ x: number }>();
            expectTypeOf(message.event).toEqualTypeOf<'cursor'>();
          },
        },
      );
      void send('cursor', { x: 1 });
      // @ts-expect-error there is no such event
      void send('curser', { x: 1 });
      // @ts-expect-error there is no such event
      useTypedChannel('room:7', {}, { curser: () => undefined });
      // @ts-expect-error no pattern matches
      useTypedChannel('rooms:7');
      useTypedChannel(null);
      void useTypedBroadcast('room:7')('cursor', { x: 1 });
      const { others } = useTypedPresence('room:7', { track: { name: 'Ana' } });
      expectTypeOf(others).toEqualTypeOf<readonly PresenceMember<{ name: string }>[]>();
      // @ts-expect-error the name is a text
      useTypedPresence('room:7', { track: { name: 1 } });
    });
    expect(typeof useChannel).toBe('function');
  });
});
