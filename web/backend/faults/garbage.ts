import type { Frame } from '../realtime/wire/codec.js';

/** Frames that a client must survive, one of each kind. */
export const defaultGarbage: readonly Frame[] = [
  'hello',
  '',
  '{',
  '[]',
  'null',
  '[null,null,"realtime:x"]',
  '{"topic":5,"event":null,"payload":"x","ref":{}}',
  '[null,null,"realtime:never-joined","postgres_changes",{"data":{"type":"INSERT"},"ids":[1]}]',
  '["999","999","realtime:never-joined","phx_reply",{"status":"ok","response":{}}]',
  '[null,"424242","phoenix","phx_reply",{"status":"ok","response":{}}]',
  '[null,null,"phoenix","phx_error",{}]',
  '[null,null,"realtime:x","postgres_changes",{"data":{"type":"INSERT","record":{"id": 1',
  Buffer.alloc(0),
  Buffer.from([9, 9, 9]),
  Buffer.from([4, 200, 3]),
  Buffer.from([0, 1, 1, 1, 0x61, 0x62, 0x63]),
  Buffer.from([1, 0, 0, 0, 0]),
];
