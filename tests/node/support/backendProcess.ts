import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const backendPackage = createRequire(import.meta.url).resolve('switchboard-backend/package.json');
const program = join(dirname(backendPackage), 'dist/main.js');

/** What the backend says on standard output when it is up. */
export interface Ready {
  url: string;
  realtime: string;
  anonKey: string;
}

/** The backend in a process of its own, on a database that someone else runs, so that it can be killed the hard way. */
export class BackendProcess {
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | null = null;

  /** The port and the secret stay the same over restarts, and so do url and keys. */
  constructor(databaseUrl: string, port: number, jwtSecret: string) {
    this.#env = {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      SWITCHBOARD_JWT_SECRET: jwtSecret,
    };
  }

  /** Resolves when it answers. */
  start(): Promise<Ready> {
    const child = spawn(process.execPath, [program, '--no-seed'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: this.#env,
    });
    this.#child = child;
    return new Promise((resolve, reject) => {
      createInterface(child.stdout).once('line', (line) => {
        resolve(JSON.parse(line) as Ready);
      });
      child.once('exit', (code) => {
        reject(new Error(`the backend ended with ${String(code)}`));
      });
    });
  }

  /** Resolves when it is gone. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const gone = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await gone;
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
