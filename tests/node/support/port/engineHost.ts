import type { MessagePort } from 'node:worker_threads';
import type { EngineStats } from '../../../../web/core/api/status.js';
import type { Batch, Command, Engine, EngineOptions, OpenEngine } from '../../../../web/core/engine/engine.js';

/** To the host: first `open`, then commands, then `close`; `close` may come at any time. */
export type ToHost = { open: EngineOptions } | { command: Command } | { close: true };

/** From the host: `opened` or `failed`, batches in between and after that, and `closed` as the last. */
export type FromHost =
  { opened: true } | { failed: { code: string; message: string } } | { batch: Batch } | { closed: true };

/** Runs one engine for whoever is at the other end of the port: its ids, its lists of columns and its verdict are that port's own. */
export function hostEngine(port: MessagePort, openEngine: OpenEngine): void {
  const end = new AbortController();
  let engine: Engine | null = null;
  const post = (message: FromHost): void => {
    port.postMessage(message);
  };
  const open = async (options: EngineOptions): Promise<void> => {
    let isAsking = false;
    let stats: EngineStats | undefined;
    const sink = (batch: Batch): void => {
      if (end.signal.aborted) return;
      if (batch.control?.stats !== undefined) stats = batch.control.stats;
      if (isAsking) return;
      // With the figures of the same moment, which whoever is at the other end could not wait for.
      isAsking = true;
      engine?.send({ kind: 'stats' });
      isAsking = false;
      const figures = stats === undefined ? {} : { stats };
      post({ batch: { ...batch, control: { ...batch.control, ...figures } } });
    };
    try {
      engine = await openEngine(options, sink, end.signal);
      post({ opened: true });
    } catch (error) {
      const { code = '', message } = error as Error & { code?: string };
      post({ failed: { code, message } });
    }
  };
  const close = async (): Promise<void> => {
    end.abort();
    await engine?.dispose();
    post({ closed: true });
    port.close();
  };
  port.on('message', (message: ToHost) => {
    if ('open' in message) void open(message.open);
    else if ('command' in message) engine?.send(message.command);
    else void close();
  });
}
