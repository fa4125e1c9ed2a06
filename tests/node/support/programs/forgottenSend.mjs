// @ts-check
// Makes a send fail that nobody waits for, and goes on.
import { createRealtimeManager } from 'switchboard-realtime';

const logger = {
  /** @param {string} message */
  warn: (message) => {
    if (!message.includes('nobody handled it')) return;
    console.log('warned');
    setImmediate(() => {
      console.log('still running');
      void manager.dispose();
    });
  },
};
const manager = createRealtimeManager({ url: 'http://127.0.0.1:9', apikey: 'anon', logger });
void manager.channel('room').send('note', () => undefined);
