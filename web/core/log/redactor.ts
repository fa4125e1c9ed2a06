const JWT = /eyJ[\w-]{5,}\.[\w-]+\.[\w-]*/gu;
const KEY_PARAMETER = /((?:key|token|secret|password)=)[^&\s"']+/giu;
const KEPT_SECRETS = 8;
const SHORTEST_SECRET = 6;

/**
 * Takes secrets out of text that leaves the manager: everything that looks like a JWT, key parameters of urls, the api key, and the access tokens that
 * it was given (the newest eight).
 */
export class Redactor {
  readonly #apikey: string;
  #tokens: string[] = [];

  constructor(apikey: string) {
    this.#apikey = apikey;
  }

  add(token: string): void {
    if (this.#tokens.includes(token)) return;
    this.#tokens = [...this.#tokens.slice(1 - KEPT_SECRETS), token];
  }

  readonly redact = (text: string): string => {
    let result = text.replace(JWT, '<jwt>').replace(KEY_PARAMETER, '$1<redacted>');
    // Longest first, since one may begin with another. Too short values would garble the text.
    const secrets = [this.#apikey, ...this.#tokens].filter(({ length }) => length >= SHORTEST_SECRET);
    for (const secret of secrets.sort((a, b) => b.length - a.length)) {
      result = result.replaceAll(secret, '<redacted>');
    }
    return result;
  };
}
