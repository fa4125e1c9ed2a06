// @vitest-environment happy-dom
import { useEffect, type ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BroadcastMessage, Channel, ChannelOptions, PresenceMember, UntypedEvents } from 'switchboard-realtime';
import {
  RealtimeProvider,
  useBroadcast,
  useChannel,
  usePresence,
  type ChannelHandlers,
  type ChannelResult,
  type HookChannelOptions,
  type PresenceResult,
} from 'switchboard-realtime/react';
import { broadcast, channelDelta, presence } from '../../support/scriptedEngine.js';
import { Stage } from '../support/stage.js';

let stage: Stage;

beforeEach(() => {
  stage = new Stage();
});

afterEach(() => stage.close());

/** The commands about channels. */
function commands(from = 0): string[] {
  const about = /^(openChannel|closeChannel|watchPresence|push|track|untrack)/;
  return stage
    .commands()
    .filter((command) => about.test(command))
    .slice(from);
}

describe('useChannel', () => {
  interface Props {
    name?: string | null;
    options?: HookChannelOptions;
    handlers?: ChannelHandlers<UntypedEvents>;
    onResult?: (result: ChannelResult) => void;
  }

  function Room({ name = 'room', options, handlers, onResult }: Props): ReactNode {
    const result = useChannel(name, options, handlers);
    useEffect(() => onResult?.(result));
    return <p>{result.status?.state ?? 'none'}</p>;
  }

  it('is open while it is mounted, and reports its state', async () => {
    await stage.render(<Room options={{ private: true }} />);
    expect(stage.text).toBe('pending');
    await stage.open();
    await stage.say(() => {
      stage.engine.status({ channels: [channelDelta(1)] });
    });
    expect(stage.text).toBe('live');
    await stage.render(null);
    expect(commands()).toEqual(['openChannel 1 {"name":"room","private":true}', 'closeChannel 1']);
    expect(stage.bench.manager.stats().channels).toBe(0);
  });

  it('calls the handlers of the latest render, each for its event', async () => {
    const got: unknown[] = [];
    const note = (who: string) => (payload: unknown, message: BroadcastMessage) => {
      got.push([who, payload, message.event]);
    };
    await stage.render(<Room handlers={{ note: note('first'), '*': undefined }} />);
    await stage.open();
    await stage.render(<Room handlers={{ note: note('second'), '*': note('all') }} />);
    await stage.say(() => {
      stage.engine.deliver(broadcast([1], 'note', 1), broadcast([1], 'other', 2));
    });
    await stage.render(<Room handlers={{ other: note('third') }} />);
    await stage.say(() => {
      stage.engine.deliver(broadcast([1], 'note', 3), broadcast([1], 'other', 4));
    });
    expect(got).toEqual([
      ['second', 1, 'note'],
      ['all', 1, 'note'],
      ['all', 2, 'other'],
      ['third', 4, 'other'],
    ]);
    expect(commands()).toEqual(['openChannel 1 {"name":"room"}']);
  });

  it('opens another handle only when name or options say something else', async () => {
    const options = (since: number): ChannelOptions => ({ private: true, replay: { since, limit: 3 } });
    await stage.render(<Room options={options(1)} />);
    await stage.open();
    await stage.render(<Room options={options(2)} />);
    expect(commands()).toHaveLength(1);
    await stage.render(<Room name="other" options={options(3)} />);
    await stage.render(<Room name="other" options={{ private: true }} />);
    await stage.render(<Room name={null} />);
    expect(commands()).toEqual([
      'openChannel 1 {"name":"room","private":true,"replay":{"since":1,"limit":3}}',
      'openChannel 2 {"name":"other","private":true,"replay":{"since":3,"limit":3}}',
      'closeChannel 1',
      'closeChannel 2',
      'openChannel 3 {"name":"other","private":true}',
      'closeChannel 3',
    ]);
    expect(stage.text).toBe('none');
  });

  it.each([false, true])('may become private in all components at once, StrictMode %s', async (strict) => {
    const rooms = (isPrivate: boolean): ReactNode =>
      [1, 2].map((id) => <Room key={id} options={{ private: isPrivate }} />);
    await stage.render(rooms(false), strict);
    await stage.open();
    await stage.render(rooms(true), strict);
    expect(stage.bench.manager.status().channels.map((channel) => channel.private)).toEqual([true, true]);
    await stage.render(<Room key="another" />, strict);
    expect(stage.bench.manager.status().channels.map((channel) => channel.private)).toEqual([false]);
  });

  it('costs no traffic in StrictMode, and its handlers are called once', async () => {
    const got: unknown[] = [];
    await stage.render(<Room handlers={{ note: (payload) => got.push(payload) }} />, true);
    await stage.open();
    await stage.say(() => {
      stage.engine.deliver(broadcast([1], 'note', 1));
    });
    expect(got).toEqual([1]);
    expect(commands()).toEqual(['openChannel 1 {"name":"room"}']);
  });

  it('sends by a function that stays the same, and renders nothing again for it', async () => {
    const results: ChannelResult[] = [];
    const onResult = (result: ChannelResult): void => {
      results.push(result);
    };
    await stage.render(<Room onResult={onResult} />);
    await stage.open();
    await stage.render(<Room onResult={onResult} />);
    await stage.say(() => {
      stage.engine.status({ channels: [channelDelta(1)] });
    });
    expect(new Set(results.map(({ send }) => send)).size).toBe(1);
    expect(results[2]).toBe(results[1]);
    const sent = results[0]?.send('note', { x: 1 }, { ack: true });
    stage.engine.control({ pushes: [{ id: 1, outcome: 'ok', message: '' }] });
    await sent;
    expect(commands().at(-1)).toBe('push 1 1 note {"x":1} null true 10000 null');
    await stage.render(null);
    await expect(results[0]?.send('note', 1)).rejects.toMatchObject({ code: 'CHANNEL_CLOSED' });
  });

  it('calls onStatus and onGap of the latest render', async () => {
    const got: unknown[] = [];
    const options = (who: string): HookChannelOptions => ({
      onStatus: ({ state }) => got.push([who, state]),
      onGap: ({ code }) => got.push([who, code]),
    });
    await stage.render(<Room options={options('first')} />);
    await stage.open();
    await stage.render(<Room options={options('second')} />);
    await stage.say(() => {
      stage.engine.control({
        status: { channels: [channelDelta(1)] },
        channelGaps: [{ channels: [1], code: 'CONNECTION_LOST', from: 1, to: 2, healed: true }],
      });
    });
    expect(got).toEqual([
      ['second', 'live'],
      ['second', 'CONNECTION_LOST'],
    ]);
  });

  it('a handler that throws is reported, and the component lives on', async () => {
    const got: unknown[] = [];
    await stage.render(
      <>
        <Room
          handlers={{
            note: () => {
              throw new Error('mine');
            },
          }}
        />
        <Room handlers={{ note: (payload: number) => got.push(payload) }} />
      </>,
    );
    await stage.open();
    await stage.say(() => {
      stage.engine.deliver(broadcast([1, 2], 'note', 1));
    });
    expect(got).toEqual([1]);
    expect(stage.bench.logged.map(({ message }) => message)).toEqual([
      'switchboard: a callback of handle 1 of the channel "room" threw',
    ]);
  });

  it('does nothing on a server', () => {
    const tree = (
      <RealtimeProvider manager={stage.bench.manager}>
        <Room />
      </RealtimeProvider>
    );
    expect(renderToString(tree)).toBe('<p>none</p>');
    expect(stage.bench.engines).toEqual([]);
  });
});

describe('useBroadcast', () => {
  it('gives the send of an open channel, without rendering again', async () => {
    let renders = 0;
    const sends: Channel['send'][] = [];
    function Sender({ name }: { name: string | null }): ReactNode {
      const send = useBroadcast(name, { ack: true });
      renders += 1;
      useEffect(() => {
        sends.push(send);
      }, [send]);
      return null;
    }
    await stage.render(<Sender name="room" />);
    await stage.open();
    await stage.say(() => {
      stage.engine.status({ channels: [channelDelta(1)] });
    });
    expect([renders, sends.length]).toEqual([1, 1]);
    void sends[0]?.('cursor', { x: 1 }, { latest: true });
    expect(commands().at(-1)).toBe('push 1 1 cursor {"x":1} null false 10000 50');
    await stage.render(<Sender name={null} />);
    await expect(sends.at(-1)?.('cursor', 1)).rejects.toMatchObject({ message: /the hook got no name/ });
  });
});

describe('usePresence', () => {
  interface Person {
    name: string;
  }
  const seen: PresenceResult<Person>[] = [];

  function People({ name = 'room', me }: { name?: string | null; me?: Person | null }): ReactNode {
    const result = usePresence<Person>(name, { key: 'me', track: me });
    useEffect(() => {
      seen.push(result);
    });
    const { members, others, me: own } = result;
    const names = (list: readonly PresenceMember<Person>[]): string => list.map(({ payload }) => payload.name).join();
    return <p>{`${names(members)}|${names(others)}|${own?.payload.name ?? ''}`}</p>;
  }

  beforeEach(() => {
    seen.length = 0;
  });

  it('lists who is present, with the others and this client apart', async () => {
    await stage.render(<People me={{ name: 'Me' }} />);
    await stage.open();
    expect(commands()).toEqual([
      'openChannel 1 {"name":"room","presence":true,"presenceKey":"me"}',
      'track 1 {"name":"Me"}',
    ]);
    expect(stage.text).toBe('||');
    await stage.say(() => {
      stage.engine.deliver(presence([1], ['join', 'ana', { name: 'Ana' }], ['join', 'me', { name: 'Me' }]));
    });
    expect(stage.text).toBe('Ana,Me|Ana|Me');
    await stage.say(() => {
      stage.engine.deliver(presence([1], ['leave', 'ana', { name: 'Ana' }]));
    });
    expect(stage.text).toBe('Me||Me');
  });

  it('renders only when something changed, with the same lists', async () => {
    await stage.render(<People />);
    await stage.open();
    await stage.say(() => {
      stage.engine.deliver(presence([1], ['join', 'ana', { name: 'Ana' }]));
    });
    const [last] = seen.slice(-1);
    const renders = seen.length;
    await stage.say(() => {
      stage.engine.deliver(presence([1], ['refresh', 'ana', { name: 'Ana' }]), presence([1]));
    });
    expect(seen).toHaveLength(renders);
    await stage.render(<People />);
    expect(seen.at(-1)).toBe(last);
    await stage.say(() => {
      stage.engine.status({ channels: [channelDelta(1)] });
    });
    expect([seen.at(-1)?.members, seen.at(-1)?.others]).toEqual([last?.members, last?.others]);
    expect(seen.at(-1)?.others).toBe(last?.others);
  });

  it('leaves the page as it is in production when its effects run again after the manager was disposed of', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    function Disposer(): ReactNode {
      useEffect(() => void stage.bench.manager.dispose(), []);
      return <p>the rest</p>;
    }
    await stage.render([<People key="people" />, <Disposer key="disposer" />], true);
    expect(stage.text).toBe('||the rest');
    expect(complaints.mock.calls.map(([error]) => String(error))).toContainEqual(
      expect.stringMatching(/^SwitchboardError: usePresence: /),
    );
    complaints.mockRestore();
    vi.unstubAllEnvs();
  });

  it('tracks what the latest render says, once for each payload', async () => {
    await stage.render(<People />);
    await stage.open();
    expect(commands(1)).toEqual([]);
    await stage.render(<People me={{ name: 'A' }} />);
    await stage.render(<People me={{ name: 'A' }} />);
    await stage.render(<People me={{ name: 'B' }} />);
    await stage.render(<People me={null} />);
    await stage.render(<People />);
    expect(commands(1)).toEqual(['track 1 {"name":"A"}', 'track 1 {"name":"B"}', 'untrack 1']);
  });

  it('shows nobody of another channel', async () => {
    await stage.render(<People />);
    await stage.open();
    await stage.say(() => {
      stage.engine.deliver(presence([1], ['join', 'ana', { name: 'Ana' }]));
    });
    await stage.render(<People name="other" />);
    expect(stage.text).toBe('||');
    await stage.render(<People name={null} />);
    expect(stage.text).toBe('||');
    expect(commands().at(-1)).toBe('closeChannel 2');
  });

  it('keeps its handle in StrictMode', async () => {
    await stage.render(<People me={{ name: 'Me' }} />, true);
    await stage.open();
    expect(commands()).toEqual([
      'openChannel 1 {"name":"room","presence":true,"presenceKey":"me"}',
      'track 1 {"name":"Me"}',
    ]);
    await stage.say(() => {
      stage.engine.deliver(presence([1], ['join', 'me', { name: 'Me' }]));
    });
    expect(stage.text).toBe('Me||Me');
    await stage.render(null);
    expect(commands(2)).toEqual(['closeChannel 1']);
  });
});
