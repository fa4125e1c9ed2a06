// @ts-check
// Firefox, driven by WebDriver BiDi over its own WebSocket.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

/** @typedef {{ evaluate(expression: string): Promise<string>, close(): Promise<void> }} OpenTab */
/** @typedef {{ version: string, open(address: string): Promise<OpenTab>, close(): Promise<void> }} OpenBrowser */

/** @param {string} executable @returns {Promise<OpenBrowser>} */
export async function launchFirefox(executable) {
  const profile = await mkdtemp(join(tmpdir(), 'switchboard-firefox-'));
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
  const child = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const address = await listening(child);
  const socket = new WebSocket(`${address}/session`);
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const bidi = new Bidi(socket);
  const { capabilities } = await bidi.send('session.new', { capabilities: {} });
  return {
    version: `Firefox ${capabilities.browserVersion}`,
    open: async (url) => {
      const { context } = await bidi.send('browsingContext.create', { type: 'tab', background: true });
      await bidi.send('browsingContext.navigate', { context, url, wait: 'complete' });
      return {
        evaluate: async (expression) => {
          const target = { context };
          const given = { expression: `(async () => String(await (${expression})))()`, target, awaitPromise: true };
          const { type, result, exceptionDetails } = await bidi.send('script.evaluate', given);
          if (type !== 'success') throw new Error(exceptionDetails.text);
          return result.value;
        },
        close: async () => void (await bidi.send('browsingContext.close', { context })),
      };
    },
    close: async () => {
      await bidi.send('browser.close', {});
      await new Promise((resolve) => child.once('exit', resolve));
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<string>} */
function listening(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    child.once('exit', () => reject(new Error(`Firefox has ended: ${said}`)));
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
      const address = /WebDriver BiDi listening on (ws:\S+)/u.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}

class Bidi {
  #last = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #open = new Map();

  /** @param {WebSocket} socket */
  constructor(socket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const { id, type, result, error, message } = JSON.parse(String(data));
      const call = this.#open.get(id);
      this.#open.delete(id);
      if (type === 'error') call?.reject(new Error(`${error}: ${message}`));
      else call?.resolve(result);
    });
  }

  /** @param {string} method @param {object} params @returns {Promise<any>} */
  send(method, params) {
    this.#last += 1;
    const id = this.#last;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }
}
