/**
 * The binary form of a recording, as `src/recorder` writes it; docs/recording.md describes it.
 */
export type FieldType = 'u' | 's' | 't';

export interface Field {
  readonly name: string;
  /** `u`: a number. `s`: one with a sign. `t`: a text. */
  readonly type: FieldType;
}

export const MAGIC: readonly number[] = [0x53, 0x42, 0x52, 0x1a];
export const FORMAT_VERSION = 1;

/** Of the byte after the version. */
export const FILE_FLAGS = { frames: 1, overwritten: 2 };
export const FRAME_FLAGS = { binary: 1 };
export const TOKEN_FLAGS = { jwt: 1, sb: 2, expires: 4, issued: 8 };

const FRAME = 'socket:u bytes:u topic:t event:t ref:t flags:u text:t';
const TRANSITION = 'from:t to:t reason:t message:t';

/**
 * The kinds, by their place, and the fields of each in their order. Fields at the end may be absent: they are 0 or empty. Later versions may add
 * kinds, and fields at the end.
 */
const KINDS = [
  ['command', 'flags:u name:t id:u about:t text:t payload:t'],
  ['push', 'flags:u id:u channel:u event:t bytes:u timeoutMs:u everyMs:u metadata:t payload:t'],
  ['timerFired', ''],
  ['timerArmed', 'ms:u deadline:t'],
  ['socketOpening', 'socket:u refused:u'],
  ['socketOpen', 'socket:u'],
  ['socketClosed', 'socket:u code:u reason:t'],
  ['socketDropped', 'socket:u code:u'],
  ['frameIn', FRAME],
  ['frameOut', FRAME],
  ['socketState', `socket:u ${TRANSITION}`],
  ['channelState', `socket:u topic:t ${TRANSITION}`],
  ['keyState', `key:u ${TRANSITION}`],
  ['overall', 'state:t'],
  ['subscribed', 'subscription:u key:u'],
  ['decision', 'what:t why:t msPlusOne:u socket:u topic:t key:u'],
  ['gap', 'gap:u key:u reason:t message:t from:s commit:t'],
  ['gapHealed', 'gap:u key:u to:s'],
  ['hole', 'topic:t from:u to:u'],
  ['holeFilled', 'topic:t from:u to:u'],
  ['evidence', 'what:t key:u time:s'],
  ['fault', 'code:t message:t'],
  ['clock', 'aheadMs:s'],
  ['random', 'high:u low:u'],
  ['token', 'number:u flags:u role:t expiresAt:s issuedAt:s'],
  ['tokenWanted', 'request:u'],
  ['rpcWanted', 'request:u topic:t'],
  ['log', 'level:t message:t'],
  ['delivered', 'deliveries:u changes:u subscribers:u'],
  ['topicState', `topic:t ${TRANSITION}`],
] as const;

export type WireKind = (typeof KINDS)[number][0];

export interface KindLayout {
  readonly kind: WireKind;
  readonly fields: readonly Field[];
}

/** By the number of the kind; the first has the number 1. */
export const LAYOUTS: readonly (KindLayout | undefined)[] = [
  undefined,
  ...KINDS.map(([kind, fields]) => ({ kind, fields: fieldsOf(fields) })),
];

function fieldsOf(text: string): Field[] {
  const parts = text === '' ? [] : text.split(' ');
  return parts.map((part) => {
    const [name = '', type = ''] = part.split(':');
    return { name, type: type as FieldType };
  });
}
