import { SwitchboardError } from '../api/errors.js';
import type { CheckedBroadcast } from '../checks/channelOptions.js';

/** What the server said. */
export interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

type Asked = CheckedBroadcast & { readonly name: string; readonly hasToken: boolean };

const TOO_LARGE = /payload size exceeds/iu;
const MAX_QUOTE = 300;

/** Why the server refused a broadcast, and what to do. */
export function refusal(answer: Answer, asked: Asked): SwitchboardError {
  const quote = `The server said (${answer.status}): ${wordsOf(answer.text)}`;
  if (answer.status === 413 || TOO_LARGE.test(answer.text)) {
    const limit = "The payload is above the project's limit (256 kB or 3,000 kB, by plan): send it in parts.";
    return new SwitchboardError('PAYLOAD_TOO_LARGE', 'payload', `${limit} ${quote}`);
  }
  return new SwitchboardError('SEND_REFUSED', '', `${reasonOf(answer, asked)} ${quote}`);
}

function reasonOf({ status }: Answer, { name, isPrivate, payload, hasToken }: Asked): string {
  const role = hasToken ? "the access token's role" : "the api key's role (there is no access token)";
  switch (status) {
    case 401:
      return `The server does not accept ${hasToken ? 'the access token: it may have expired' : 'the api key'}.`;
    case 403:
      return isPrivate
        ? `No INSERT policy on realtime.messages lets ${role} broadcast to the topic "${name}".`
        : `The server does not let ${role} broadcast to "${name}": if the project allows private channels only, pass \`private: true\`.`;
    case 404:
      return typeof payload === 'string'
        ? "There is no Realtime at the manager's `url`."
        : 'Bytes need Realtime 2.97 or later: send JSON, or update the server.';
    case 422:
      return 'The server can not take this broadcast.';
    case 429:
      return "The project's limit of messages per second is used up: send less, or later.";
    default:
      return 'The broadcast was not sent.';
  }
}

/** The server's words, out of JSON where they are in it. */
function wordsOf(text: string): string {
  let words = text.trim();
  try {
    const { message, error, errors } = JSON.parse(text) as Record<string, unknown>;
    const found = message ?? error ?? errors;
    if (found !== undefined) words = typeof found === 'string' ? found : JSON.stringify(found);
  } catch {
    // As it is.
  }
  return words === '' ? 'nothing' : words.slice(0, MAX_QUOTE);
}
