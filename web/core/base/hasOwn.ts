/** `Object.hasOwn`, which the oldest browsers that are supported lack. */
export function hasOwn(value: object, name: PropertyKey): boolean {
  return Object.prototype.hasOwnProperty.call(value, name);
}
