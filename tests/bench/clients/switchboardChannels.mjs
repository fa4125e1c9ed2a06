// @ts-check
import { createManager } from './switchboard.mjs';
import { EVENT } from '../feed/broadcasts.mjs';
import { sleep } from '../measure/timers.mjs';

/** @typedef {import('switchboard-realtime').Channel} Channel */

/** @param {Channel} handle @param {import('./types.mjs').Watch} watch @param {(payload: unknown) => void} read */
function listen(handle, watch, read) {
  switch (watch) {
    case 'json':
    case 'bytes':
      handle.on(EVENT, (payload) => {
        read(payload);
      });
      break;
    case 'members':
      handle.onPresence(({ members }) => {
        read(members.length);
      });
      break;
    case 'changes':
      handle.onPresence(({ joins, updates, leaves }) => {
        for (const { payload } of joins) read(payload.revision);
        for (const { payload } of updates) read(payload.revision);
        for (const { payload } of leaves) read(payload.revision);
      });
      break;
  }
}

/** @type {import('./types.mjs').OpenChannels} */
export async function openSwitchboardChannels(server, { names, handles, watch }, ledger) {
  const manager = createManager(server);
  let isOpen = false;
  const read = (/** @type {unknown} */ payload) => {
    if (isOpen) ledger.read(payload);
  };
  const presence = watch === 'members' || watch === 'changes';
  /** @type {Map<string, Channel>} */
  const first = new Map();
  /** @type {Channel[]} */
  const all = [];
  for (const name of names) {
    for (let n = 0; n < handles; n += 1) {
      const handle = manager.channel(name, { presence });
      listen(handle, watch, read);
      if (n === 0) first.set(name, handle);
      all.push(handle);
    }
  }
  const present = presence ? Object.keys(server.present).length : 0;
  while (all.some((handle) => handle.status().state !== 'live' || handle.presence().length < present)) await sleep(1);
  isOpen = true;
  return {
    send: (name, event, payload) => first.get(name)?.send(event, payload) ?? Promise.reject(new Error(name)),
    members: (name) =>
      Object.fromEntries(
        first
          .get(name)
          ?.presence()
          .map(({ key, payload }) => [key, payload]) ?? [],
      ),
    close: () => manager.dispose(),
  };
}
