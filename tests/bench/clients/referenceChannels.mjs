// @ts-check
import { createClient } from './reference.mjs';
import { EVENT } from '../feed/broadcasts.mjs';
import { sleep } from '../measure/timers.mjs';

/** @typedef {import('@supabase/realtime-js').RealtimeChannel} Channel */

/** @param {Channel} channel @param {import('./types.mjs').Watch} watch @param {(payload: unknown) => void} read */
function listen(channel, watch, read) {
  switch (watch) {
    case 'json':
      channel.on('broadcast', { event: EVENT }, ({ payload }) => {
        read(payload);
      });
      break;
    case 'bytes':
      channel.on('broadcast', { event: EVENT }, ({ payload }) => {
        read(new Uint8Array(payload));
      });
      break;
    case 'members':
      channel.on('presence', { event: 'sync' }, () => {
        read(Object.keys(channel.presenceState()).length);
      });
      break;
    case 'changes':
      channel.on('presence', { event: 'join' }, ({ newPresences }) => {
        for (const { revision } of newPresences) read(revision);
      });
      // What was tracked before an update leaves too, with something of the same key still there.
      channel.on('presence', { event: 'leave' }, ({ currentPresences, leftPresences }) => {
        if (currentPresences.length > 0) return;
        for (const { revision } of leftPresences) read(revision);
      });
      break;
  }
}

/** @param {Channel} channel @returns {Promise<void>} */
function join(channel) {
  return new Promise((resolve, reject) => {
    channel.subscribe((status, error) => {
      if (status === 'SUBSCRIBED') resolve();
      else reject(new Error(`realtime-js: ${status} ${error?.message ?? ''}`));
    });
  });
}

/**
 * A topic has one channel per client here: the components that want it add their listeners to it.
 *
 * @type {import('./types.mjs').OpenChannels}
 */
export async function openReferenceChannels(server, { names, handles, watch }, ledger) {
  const client = createClient(server);
  let isOpen = false;
  const read = (/** @type {unknown} */ payload) => {
    if (isOpen) ledger.read(payload);
  };
  const channels = new Map(names.map((name) => [name, client.channel(name)]));
  for (const channel of channels.values()) {
    for (let n = 0; n < handles; n += 1) listen(channel, watch, read);
  }
  await Promise.all([...channels.values()].map(join));
  const present = watch === 'members' || watch === 'changes' ? Object.keys(server.present).length : 0;
  const isMissing = (/** @type {Channel} */ channel) => Object.keys(channel.presenceState()).length < present;
  while ([...channels.values()].some(isMissing)) await sleep(1);
  isOpen = true;
  return {
    send: (name, event, payload) =>
      channels.get(name)?.send({ type: 'broadcast', event, payload }) ?? Promise.reject(new Error(name)),
    members: (name) =>
      Object.fromEntries(
        Object.entries(channels.get(name)?.presenceState() ?? {}).map(([key, presences]) => {
          const { presence_ref: _ref, ...payload } = presences[presences.length - 1] ?? { presence_ref: '' };
          return [key, payload];
        }),
      ),
    close: async () => {
      await client.removeAllChannels();
      await client.disconnect();
    },
  };
}
