import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  /** Without a slash at the end. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Serves files as they are, under a content security policy.
 *
 * @param folders by the first part of the path
 * @param hangs whether a request for this path gets no answer
 */
export async function serveFolders(
  folders: Readonly<Record<string, string>>,
  policy: string,
  hangs: (path: string) => boolean = () => false,
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    const [, first = '', ...rest] = (request.url ?? '/').split('?', 1).join('').split('/');
    const folder = folders[first];
    const path = normalize(rest.join('/'));
    if (hangs(`/${first}/${path}`)) return;
    if (folder === undefined || path.startsWith('..')) {
      response.writeHead(404).end();
      return;
    }
    readFile(join(folder, path)).then(
      (body) => {
        const type = types[extname(path)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    origin: `http://127.0.0.1:${String(address.port)}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => {
          resolve();
        });
      }),
  };
}
