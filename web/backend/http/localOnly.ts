import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';

/**
 * Why a request may not use the switches of this machine's lab, or null when it may. They have no key, so a web page from
 * elsewhere that is open in a browser on this machine must not reach them: not with a request of its own, which carries its
 * `Origin`, and not under a name of its own that it has made to resolve to this machine, which is in `Host`.
 */
export function refuseForeign({ origin, host }: IncomingHttpHeaders): string | null {
  const name = hostNameOf(`http://${host ?? ''}`);
  if (name === null || !(isLoopbackName(name) || isIP(name) !== 0))
    return `the switches are not served under the name ${host ?? '(none)'}; use 127.0.0.1`;
  if (origin === undefined) return null;
  const page = hostNameOf(origin);
  return page !== null && (isLoopbackName(page) || isLoopbackAddress(page))
    ? null
    : `the switches are not for pages of ${origin}`;
}

/** Without the brackets of an IPv6 address; null when it is no http address of a host. */
function hostNameOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  if (!/^https?:$/.test(protocol) || hostname === '') return null;
  return hostname.replace(/^\[|\]$/g, '');
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost');
}

function isLoopbackAddress(name: string): boolean {
  return name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
