import 'switchboard-realtime/tabs-worker.js';
import { Cable } from './cable.js';
import { openWords } from './words.js';

// The package's worker, and what the lab does to it: an application without a lab needs no worker of its own.
const cable = new Cable();
Object.assign(globalThis, { WebSocket: cable.WebSocket });

const words = openWords((word) => {
  if ('plugged' in word) cable.plug(word.plugged);
  else if ('endCarrier' in word) close();
});
words.say({ asks: true });
