import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { StepError } from '../lib/errors.mjs';
import { fromRoot } from '../lib/paths.mjs';

/** @typedef {{ url: string, close: () => Promise<void> }} DashboardServer */

const host = '127.0.0.1';

/**
 * Serves the bundled dashboard, with the configuration it reads from `/config.json`, under a policy that lets scripts come
 * from nowhere else, forbids eval and lets the page speak to its own data only.
 *
 * @param {object} options
 * @param {number} options.port 0 for any free one
 * @param {Pick<import('./target.mjs').Target, 'realtime' | 'rest' | 'apikey' | 'lab'> & { via?: import('./target.mjs').Road, tabs?: boolean, tuning?: Record<string, number> }} options.config
 *   `via`: how changes come, by default by broadcasts; `tabs`: whether windows share a line, by default so; `tuning`: options of the realtime manager, for tests that can't wait
 * @param {string} [options.outDir] the bundle, if it is not that of the dashboard
 * @returns {Promise<DashboardServer>}
 */
export async function serveDashboard({ port, config, outDir = fromRoot('web/dashboard/dist') }) {
  const { preview } = await import('vite');
  const { realtime, rest, apikey, lab, via, tabs, tuning } = config;
  const body = JSON.stringify({ realtime, rest, apikey, lab, via, tabs, tuning });
  const policy = contentSecurityPolicy([realtime, rest], styleHashes(outDir));
  const server = await preview({
    root: fromRoot('web/dashboard'),
    configFile: false,
    logLevel: 'silent',
    build: { outDir },
    preview: {
      host,
      port: await usablePort(port),
      strictPort: true,
    },
    plugins: [
      {
        name: 'switchboard-config',
        configurePreviewServer({ middlewares }) {
          middlewares.use(withHeaders(policy));
          middlewares.use(compressedWasm(outDir));
          middlewares.use('/config.json', (_request, response) => {
            response.setHeader('Content-Type', 'application/json');
            response.setHeader('Cache-Control', 'no-store');
            response.end(body);
          });
        },
      },
    ],
  });
  const { httpServer } = server;
  const address = httpServer.address();
  if (address === null || typeof address === 'string') throw new StepError('the dashboard server has no port');
  return {
    url: `http://${host}:${address.port}/`,
    async close() {
      if ('closeAllConnections' in httpServer) httpServer.closeAllConnections();
      await server.close();
    },
  };
}

/**
 * Gives every answer its headers. Vite's `preview.headers` are not on a `304`, and a browser takes a new policy from there.
 *
 * @param {string} policy
 * @returns {import('vite').Connect.NextHandleFunction}
 */
function withHeaders(policy) {
  return (_request, response, next) => {
    response.setHeader('Content-Security-Policy', policy);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    next();
  };
}

/**
 * Sends the WebAssembly core compressed, as hosts of static files do. Vite does that with text only.
 *
 * @param {string} outDir
 * @returns {import('vite').Connect.NextHandleFunction}
 */
function compressedWasm(outDir) {
  /** @type {Map<string, Buffer>} */
  const compressed = new Map();
  return (request, response, next) => {
    const [, name] = /^\/assets\/([\w-]+\.wasm)$/.exec(request.url ?? '') ?? [];
    const file = name === undefined ? null : join(outDir, 'assets', name);
    if (file === null || !existsSync(file) || !/\bbr\b/.test(request.headers['accept-encoding'] ?? '')) {
      next();
      return;
    }
    const bytes = compressed.get(file) ?? brotliCompressSync(readFileSync(file));
    compressed.set(file, bytes);
    response.setHeader('Content-Type', 'application/wasm');
    response.setHeader('Content-Encoding', 'br');
    response.end(bytes);
  };
}

/**
 * What a policy calls the style elements of the page, which paint its outline before any other file has come.
 *
 * @param {string} outDir
 */
function styleHashes(outDir) {
  return [...readFileSync(join(outDir, 'index.html'), 'utf8').matchAll(/<style>([^]*?)<\/style>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  );
}

/**
 * Of this machine the page may talk to any port: the backend has others at each start, and after Back a browser shows the
 * page that it kept, under the policy of then.
 *
 * @param {readonly string[]} endpoints the page may talk to
 * @param {readonly string[]} styles hashes of the page's own style elements
 */
function contentSecurityPolicy(endpoints, styles) {
  const origins = endpoints.map((endpoint) => {
    const { protocol, hostname, host: authority } = new URL(endpoint);
    return `${protocol}//${hostname === host ? `${host}:*` : authority}`;
  });
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    `style-src ${["'self'", ...styles].join(' ')}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${origins.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * The port itself when it can be had, or a free one for 0.
 *
 * @param {number} port
 * @returns {Promise<number>}
 */
export function usablePort(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => {
      reject(new StepError(`the dashboard cannot use port ${port}: ${error.message}`));
    });
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => {
        resolve(address !== null && typeof address === 'object' ? address.port : port);
      });
    });
  });
}
