const FIXED_UUIDS = /^(aaaaaaaa|11111111|22222222)-/;

/** Replaces what differs between any two runs of a scenario; what remains must be equal to the letter. */
export class Normaliser {
  readonly #ids = new Map<string, string>();
  readonly #refs = new Map<string, string>();
  readonly #uuids = new Map<string, string>();

  apply(text: string): string {
    return text
      .replace(/"commit_timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/g, '"commit_timestamp":"<time>"')
      .replace(/"created_at": "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00"/g, '"created_at": "<time>"')
      .replace(/expired \d+ seconds ago/g, 'expired <n> seconds ago')
      .replace(/x{65,}/g, 'x'.repeat(64))
      .replace(/"(phx_ref(?:_prev)?)":"([\w-]{16})"/g, (_all, key: string, ref: string) => {
        return `"${key}":"${number(this.#refs, ref, 'ref')}"`;
      })
      .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (uuid) => {
        return FIXED_UUIDS.test(uuid) || uuid === 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee'
          ? uuid
          : number(this.#uuids, uuid, 'uuid');
      });
  }

  /** Binding ids, which a whole scenario shares. */
  applyIds(text: string): string {
    return text
      .replace(/\{"id":(\d+)/g, (_all, id: string) => `{"id":${number(this.#ids, id, 'id')}`)
      .replace(/"ids":\[([\d,]+)\]/g, (_all, ids: string) => {
        const numbers = ids.split(',').map((id) => number(this.#ids, id, 'id'));
        return `"ids":[${numbers.join(',')}]`;
      });
  }
}

/** Names values by the order in which they first appear. */
function number(known: Map<string, string>, value: string, kind: string): string {
  let name = known.get(value);
  if (name === undefined) known.set(value, (name = `<${kind} ${known.size + 1}>`));
  return name;
}
