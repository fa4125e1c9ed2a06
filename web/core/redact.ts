const JWT = /eyJ[\w-]{5,}\.[\w-]+\.[\w-]*/gu;
const KEY_PARAMETER = /((?:apikey|access_token)=)[^&\s"']+/giu;
const KEPT_SECRETS = 8;
const SHORTEST_SECRET = 6;

/**
 * Takes secrets out of text that leaves the manager: everything that looks like a JWT, key parameters of urls, and the exact values it
 * was told of (the newest eight).
 */
export class Redactor {
  #secrets: string[] = [];

  /** Too short values are not kept: blotting them out would garble the text. */
  add(secret: string): void {
    if (secret.length < SHORTEST_SECRET || this.#secrets.includes(secret)) return;
    this.#secrets = [...this.#secrets.slice(1 - KEPT_SECRETS), secret];
  }

  readonly redact = (text: string): string => {
    let result = text.replace(JWT, '<jwt>').replace(KEY_PARAMETER, '$1<redacted>');
    for (const secret of this.#secrets) result = result.replaceAll(secret, '<redacted>');
    return result;
  };
}
