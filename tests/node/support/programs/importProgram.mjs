// @ts-check
// Imports modules where there is the language and nothing of a runtime, and prints what was taken away and what the imports started.
const language =
  'Object Function Array Number String Boolean Symbol Error TypeError RangeError Map Set WeakMap WeakSet Promise Proxy Reflect Math JSON RegExp Date BigInt';

/** @type {Record<string, unknown>} */
const scope = globalThis;
const kept = new Set(['process', 'console', 'globalThis', 'undefined', ...language.split(' ')]);
const removed = Object.getOwnPropertyNames(scope).filter(
  (name) => !kept.has(name) && Object.getOwnPropertyDescriptor(scope, name)?.configurable === true,
);
for (const name of removed) Reflect.deleteProperty(scope, name);
const before = process.getActiveResourcesInfo();
for (const name of process.argv.slice(2)) await import(name);
console.log(JSON.stringify({ removed, before, after: process.getActiveResourcesInfo() }));
