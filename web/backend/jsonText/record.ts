/** Names in the order in which jsonb keeps its keys: shorter first, then by bytes. */
export function jsonbKeyOrder(a: string, b: string): number {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length - right.length || left.compare(right);
}

export interface Field {
  name: string;
  /** The value's JSON text. */
  json: string;
}

/** The text of a jsonb object; `fields` are in jsonb key order already. */
export function jsonbObject(fields: readonly Field[]): string {
  return `{${fields.map(({ name, json }) => `${JSON.stringify(name)}: ${json}`).join(', ')}}`;
}
