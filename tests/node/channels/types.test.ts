import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  createRealtimeManager,
  realtimeManager,
  type Channel,
  type ChannelName,
  type PresenceMember,
  type RealtimeManager,
  type UntypedDatabase,
  type UntypedPresence,
} from 'switchboard-realtime';

interface Point {
  x: number;
  y: number;
}

type Channels = {
  'room:*': { events: { cursor: Point; image: Uint8Array }; presence: { name: string } };
  'room:staff:*': { events: { alarm: string }; presence: { rank: number } };
  'room:lobby': { events: { welcome: { to: string } } };
  'doc:*:edits': { events: { edit: { at: number } } };
  news: { presence: { reads: string } };
};

const endpoint = { url: 'https://ref.supabase.co', apikey: 'anon' };
// Never run: the compiler is what is tested.
const unrun = (_: () => void): void => undefined;

describe('with a map of channels', () => {
  const manager = createRealtimeManager<UntypedDatabase, Channels>(endpoint);
  const id = String(Math.random());

  it('the longest pattern that matches a name counts, and the name itself before all', () => {
    unrun(() => {
      const room = manager.channel(`room:${id}`);
      expectTypeOf(room).toEqualTypeOf<Channel<{ cursor: Point; image: Uint8Array }, { name: string }>>();
      expectTypeOf(manager.channel('room:7')).toEqualTypeOf(room);
      expectTypeOf(manager.channel('room:staff:7')).toEqualTypeOf<Channel<{ alarm: string }, { rank: number }>>();
      expectTypeOf(manager.channel('room:lobby')).toEqualTypeOf<Channel<{ welcome: { to: string } }>>();
      expectTypeOf(manager.channel(`doc:${id}:edits`)).toEqualTypeOf<Channel<{ edit: { at: number } }>>();
      // @ts-expect-error no pattern matches
      manager.channel('rooms:7');
      // @ts-expect-error any text may match none
      manager.channel(id);
      manager.channel(id as ChannelName<Channels>);
    });
  });

  it('events, payloads and presence are checked', () => {
    unrun(() => {
      const room = manager.channel('room:7', { presence: true });
      room.on('cursor', (payload, { event }) => {
        expectTypeOf(payload).toEqualTypeOf<Point>();
        expectTypeOf(event).toEqualTypeOf<'cursor'>();
      });
      room.on('*', (payload, { event }) => {
        expectTypeOf(payload).toEqualTypeOf<Point | Uint8Array>();
        expectTypeOf(event).toEqualTypeOf<'cursor' | 'image'>();
      });
      // @ts-expect-error there is no such event
      room.on('curser', () => undefined);
      void room.send('cursor', { x: 1, y: 2 }, { latest: true });
      void room.send('image', Uint8Array.of(1));
      // @ts-expect-error y is missing
      void room.send('cursor', { x: 1 });
      // @ts-expect-error there is no such event
      void room.send('curser', { x: 1, y: 2 });
      room.track({ name: 'Ana' });
      // @ts-expect-error the name is a text
      room.track({ name: 1 });
      expectTypeOf(room.presence()).toEqualTypeOf<readonly PresenceMember<{ name: string }>[]>();
      room.onPresence(({ joins }) => {
        expectTypeOf(joins[0]?.payload.name).toEqualTypeOf<string | undefined>();
        // @ts-expect-error members are read-only
        if (joins[0] !== undefined) joins[0].payload.name = 'Ben';
      });
      // Without events anything goes.
      manager.channel('news').on('headline', (text: string) => text);
    });
  });

  it('broadcasts over HTTP are checked too', () => {
    unrun(() => {
      void manager.broadcast('room:7', 'cursor', { x: 1, y: 2 });
      // @ts-expect-error y is missing
      void manager.broadcast('room:7', 'cursor', { x: 1 });
      // @ts-expect-error there is no such event
      void manager.broadcast('room:7', 'curser', { x: 1, y: 2 });
      void manager.broadcast('news', 'headline', { text: 'x' });
    });
  });
});

describe('without a map', () => {
  it('any name and event goes; payloads may be given or come from the callback', () => {
    unrun(() => {
      const room = realtimeManager.channel('room');
      room.on('cursor', (payload) => {
        expectTypeOf(payload).toEqualTypeOf<unknown>();
      });
      room.on('cursor', (payload: Point) => payload.x);
      void room.send('anything', [1]);
      room.track({ name: 'Ana' });
      expectTypeOf(room.presence()[0]?.payload).toEqualTypeOf<UntypedPresence | undefined>();
      const typed = realtimeManager.channel<{ cursor: Point }, { name: string }>('room');
      typed.on('cursor', (payload) => {
        expectTypeOf(payload).toEqualTypeOf<Point>();
      });
      expectTypeOf(typed.presence()[0]?.payload).toEqualTypeOf<Readonly<{ name: string }> | undefined>();
    });
  });

  it('a manager with types fits where one without is taken, as a value', () => {
    expectTypeOf(realtimeManager).toEqualTypeOf<RealtimeManager>();
    expect(typeof realtimeManager.channel).toBe('function');
  });
});
