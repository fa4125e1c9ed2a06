import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../support/backendProcess.js';
import { openLab, type Lab } from '../support/lab.js';
import { PROGRAM } from '../support/listenProcess.js';
import { Recorder } from '../support/until.js';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.close());

/** The command on a terminal of its own, made by `script`. */
class Terminal {
  readonly #pieces = new Recorder<string>();
  readonly #child;
  readonly exit: Promise<number | null>;

  constructor(args: readonly string[], columns: number, env: Readonly<Record<string, string>> = {}) {
    const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
    this.#child = spawn('script', ['-qefc', `stty cols ${columns}; ${command}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm', SHELL: '/bin/sh', TZ: 'Asia/Tokyo', ...env },
    });
    this.#child.stdout.setEncoding('utf8').on('data', this.#pieces.push);
    this.exit = new Promise((resolve) => this.#child.once('close', resolve));
  }

  get text(): string {
    return this.#pieces.items.join('').replaceAll('\r\n', '\n');
  }

  async until(text: string): Promise<void> {
    await this.#pieces.until(text, () => this.text.includes(text));
  }

  async untilMatches(pattern: RegExp, count: number): Promise<void> {
    const enough = (): boolean => (this.text.match(pattern)?.length ?? 0) >= count;
    await this.#pieces.until(`${count} times ${String(pattern)}`, enough);
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }
}

const CTRL_C = '\u0003';

describe('listen on a terminal', () => {
  it('prints lines for people, in colour and in local time, and ends on Ctrl-C', async () => {
    const terminal = new Terminal(
      ['listen', '--url', lab.backend.url, '--apikey', lab.backend.anonKey, '--table', 'clients', '--event', 'update'],
      60,
    );
    await terminal.until('SUBSCRIBED');
    await lab.db.query("update clients set full_name = 'Zoë' where id = 1");
    await terminal.until('"Zoë"');
    terminal.type(CTRL_C);
    expect(await terminal.exit).toBe(130);
    expect(terminal.text).toMatch(/^#1 {2}public\.clients\n/u);
    expect(terminal.text).toContain('+09:00');
    expect(terminal.text).toContain('\u001b[33mUPDATE\u001b[0m');
    expect(terminal.text).toMatch(/full_name:\s+"[^"]+"\s+→\s+"Zoë"/u);
    const visible = stripVTControlCharacters(terminal.text).replace('^C', '').split('\n');
    expect(visible.filter((line) => line.length > 60)).toEqual([]);
  });

  it('prints one line for each failed try, without colour for NO_COLOR', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const args = ['listen', '--url', url, '--apikey', lab.backend.anonKey, '--table', 'clients'];
    const terminal = new Terminal(args, 200, { NO_COLOR: '1' });
    await terminal.untilMatches(/next try at \S+\n/gu, 3);
    terminal.type(CTRL_C);
    await terminal.exit;
    const tries = terminal.text.split('\n').filter((line) => line.includes('next try at'));
    for (const line of tries)
      expect(line).toMatch(/ECONNREFUSED 127\.0\.0\.1:\d+ {2}next try at \d\d:\d\d:\d\d\.\d{3}\+09:00$/u);
    expect(terminal.text.match(/ connecting/gu)).toHaveLength(1);
    expect(terminal.text).not.toContain('\u001b');
  });
});

describe('doctor on a terminal', () => {
  it('asks before it fixes, and Ctrl-C at the question ends it with nothing changed', async () => {
    await lab.db.query('create table asked (id int4 primary key); grant select on asked to anon');
    const args = ['doctor', '--db', lab.backend.postgres, '--tables', 'asked', '--fix'];
    const published = "select from pg_publication_tables where tablename = 'asked'";
    const interrupted = new Terminal(args, 80);
    await interrupted.until('[y/N]');
    interrupted.type(CTRL_C);
    expect(await interrupted.exit).toBe(130);
    expect((await lab.db.query(published)).rows).toEqual([]);
    const answered = new Terminal(args, 80);
    await answered.until('[y/N]');
    answered.type('y\r');
    expect(await answered.exit).toBe(0);
    expect(answered.text).toContain('done: ALTER PUBLICATION');
    expect((await lab.db.query(published)).rows).toHaveLength(1);
  });
});
