import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const reference = readFileSync(join(root, 'docs/reference.md'), 'utf8');

/** The one file below a folder that contains a text, whole words only. */
function fileWith(text: string, folder: string): { path: string; source: string } {
  const words = new RegExp(`${text.replace(/[()]/g, '\\$&')}\\b`);
  const found = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|cpp)$/.test(name))
    .map((name) => ({ path: join(root, folder, name), source: readFileSync(join(root, folder, name), 'utf8') }))
    .filter(({ source }) => words.test(source));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} files of ${folder} contain '${text}'`);
  return only;
}

/** The cells of the table rows below a heading, up to the next one. */
function rowsBelow(heading: string): string[][] {
  const [, after = ''] = reference.split(new RegExp(`^#{2,3} ${heading}$`, 'm'));
  const [section = ''] = after.split(/^#{2,3} /m);
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.map((row) => row.split('|').slice(1, -1));
}

function namesIn(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

/** The names in the first cells below a heading. */
function namesBelow(heading: string): string[] {
  return rowsBelow(heading).flatMap(([first]) => namesIn(first));
}

/** The words of an exported union or list of words. */
function wordsOf(declaration: string): string[] {
  const { source } = fileWith(`export ${declaration}`, 'web/core');
  const [, after = ''] = source.split(`export ${declaration}`);
  const code = after.replace(/\/\*\*.*?\*\//gs, '').split(';')[0] ?? '';
  return [...code.matchAll(/'([\w*]+)'/g)].map(([, word = '']) => word);
}

/** The members of an exported or private interface; not those of what it extends. */
function membersOf(name: string, folder: string): string[] {
  const { source } = fileWith(`interface ${name}`, folder);
  const [, after = ''] = source.split(new RegExp(`interface ${name}\\b[^{]*\\{\\n`));
  const [body = ''] = after.split('\n}\n');
  return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?]?[:(<]/gm)].map(([, member = '']) => member);
}

/** The options that the help of a command lists. */
function optionsOf(command: string): string[] {
  const bin = join(root, 'web/bin/switchboard.js');
  const help = execFileSync(process.execPath, [bin, command, '--help'], { encoding: 'utf8' });
  return [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, option = '']) => option);
}

/** The legal transitions of a state machine of the core, as the reference writes them. */
function transitionsOf(state: string): string[] {
  const { source } = fileWith(`using S = ${state}`, 'src');
  const [, after = ''] = source.split(`using S = ${state};`);
  const [body = ''] = after.split('});');
  const rows = [...body.matchAll(/\{S::(\w+), "(\w+)", \{([^}]*)\}\}/g)];
  const names = new Map(rows.map(([, value = '', name = '']) => [`S::${value}`, name]));
  return rows.flatMap(([, , from = '', next = '']) =>
    [...next.matchAll(/S::\w+/g)].map(([to]) => `${from} → ${names.get(to) ?? ''}`),
  );
}

/** The transitions in the table with this head. */
function tableOf(head: string): string[] {
  const rows = rowsBelow('State machines').map((row) => row.map((cell) => cell.trim()));
  const start = rows.findIndex(([first, second]) => first === head && second === 'to');
  const end = rows.findIndex(([, second], index) => index > start && second === 'to');
  return rows
    .slice(start + 2, end < 0 ? undefined : end)
    .flatMap(([from, to = '']) => to.split(', ').map((name) => `${namesIn(from).join()} → ${name}`))
    .filter((step) => !step.endsWith('→ '));
}

describe('the reference', () => {
  it('has every tuning option with its default and range', async () => {
    const { path, source } = fileWith('export const TUNING_RANGES', 'web/core');
    const { TUNING_RANGES: ranges } = (await import(/* @vite-ignore */ path)) as {
      TUNING_RANGES: Readonly<Record<string, { min: number; max: number }>>;
    };
    const rows = new Map(rowsBelow('Manager options').map(([name, ...cells]) => [namesIn(name)[0], cells]));
    for (const [name, { min, max }] of Object.entries(ranges)) {
      const [, comment = ''] = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\s+${name}\\?:`).exec(source) ?? [];
      const [, standard] = /Default\s+(?:\*\s+)?(\d[\d,]*\d|\d)/.exec(comment) ?? [];
      const [inTable, range] = (rows.get(name) ?? []).map((cell) => cell.trim());
      const said = `${min.toLocaleString('en')} to ${max.toLocaleString('en')}`;
      expect({ name, standard: inTable, range }).toEqual({ name, standard, range: said });
    }
  });

  it.each([
    ['Reason codes', 'const REASON_CODES'],
    ['Errors', 'type SwitchboardErrorCode'],
    ['Overall', 'type OverallState'],
    ['Connections', 'type ConnectionState'],
    ['Subscriptions', 'type SubscriptionState'],
    ['Pulse', 'type PulseState'],
  ])('has below "%s" exactly the words of the %s', (heading, declaration) => {
    const words = wordsOf(declaration);
    expect(words).not.toEqual([]);
    expect(namesBelow(heading).toSorted()).toEqual(words.toSorted());
  });

  it.each([
    ['CommonOptions', 'web/core', 'Manager options'],
    ['EndpointOptions', 'web/core', 'Manager options'],
    ['UntypedSubscribeOptions', 'web/core', 'subscribe'],
    ['LiveRowsOptions', 'web/core', 'liveRows'],
    ['Gap', 'web/core', 'Gaps'],
    ['RealtimeSummary', 'web/react', 'useRealtime'],
    ['RealtimeConnectionStatusProps', 'web/react', 'RealtimeConnectionStatus'],
  ])('has every member of %s of %s below "%s"', (name, folder, heading) => {
    const members = membersOf(name, folder);
    expect(members).not.toEqual([]);
    const said = namesBelow(heading);
    expect(members.filter((member) => !said.includes(member))).toEqual([]);
  });

  it.each(['listen', 'send', 'doctor'])('has every option of the command %s', (command) => {
    const options = optionsOf(command);
    expect(options).toContain('--json');
    const said = rowsBelow('Command line')
      .filter(([, of = '']) => ['all', command].some((name) => of.trim().split(', ').includes(name)))
      .flatMap(([option]) => namesIn(option).map((text) => text.split(' ')[0]));
    expect(options.filter((option) => !said.includes(option))).toEqual([]);
  });

  it.each([
    ['connection', 'ConnectionState'],
    ['channel', 'ChannelState'],
    ['pulse', 'PulseState'],
    ['subscription', 'SubscriptionState'],
  ])('has the transitions of a %s that the core allows', (head, state) => {
    const allowed = transitionsOf(state);
    expect(allowed).not.toEqual([]);
    expect(tableOf(head).toSorted()).toEqual(allowed.toSorted());
  });
});
