import { SwitchboardError } from '../api/errors.js';

const REALTIME_PATH = 'realtime/v1';
const SOCKET_SCHEME: Readonly<Record<string, string>> = {
  'http:': 'ws:',
  'https:': 'wss:',
  'ws:': 'ws:',
  'wss:': 'wss:',
};
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\]|.*\.localhost)$/u;

/**
 * The realtime endpoint for a `url` option, without `/websocket`: a ws or wss url is taken as it is; to an http or https url
 * `/realtime/v1` is added unless it ends so already.
 *
 * @param pageProtocol the protocol of the page this runs in (`https:`), null when there is none.
 * @throws SwitchboardError
 */
export function realtimeEndpoint(url: string, pageProtocol: string | null): string {
  const parsed = parseUrl(url);
  const scheme = SOCKET_SCHEME[parsed.protocol];
  if (scheme === undefined) {
    throw invalid(`\`url\` has the scheme ${parsed.protocol}//: use https:// (your project's url) or wss://.`);
  }
  if (parsed.search !== '' || parsed.hash !== '') {
    throw invalid('`url` has a query or a fragment: leave them out, and give parameters as `params`.');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw invalid('`url` has a user name or password: browsers refuse those for sockets; give a key as `apikey`.');
  }
  if (scheme === 'ws:' && pageProtocol === 'https:' && !LOOPBACK.test(parsed.hostname)) {
    throw new SwitchboardError(
      'INSECURE_URL',
      'url',
      `\`url\` is ${parsed.protocol}//, but this page came over https and browsers refuse that: use ${parsed.protocol === 'ws:' ? 'wss' : 'https'}://${parsed.host}.`,
    );
  }
  const isProjectUrl = parsed.protocol.startsWith('http');
  let path = parsed.pathname.replace(/\/+$/u, '').replace(/\/websocket$/u, '');
  if (isProjectUrl && !path.endsWith(`/${REALTIME_PATH}`)) path = `${path}/${REALTIME_PATH}`;
  return `${scheme}//${parsed.host}${path}`;
}

function parseUrl(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // What is given here by mistake may be a key, and what follows a host may hold one: neither must be repeated.
    const [, host] = /^((?!eyJ|sb[a-z]?_)[\w-]+(?:\.[\w-]+)+(?::\d+)?)(?:[/?#]|$)/u.exec(url) ?? [];
    throw invalid(
      `\`url\` is not a url: ${host === undefined ? 'give something like https://ref.supabase.co.' : `did you mean "https://${host}"?`}`,
    );
  }
}

function invalid(message: string): SwitchboardError {
  return new SwitchboardError('INVALID_OPTION', 'url', message);
}
