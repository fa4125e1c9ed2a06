// `any`: applications put what they like into it, with `updateJoinPayload`.
type JoinPayload = { [key: string]: any };

/** What a channel asks for when it joins, for those who look. The manager writes the real one, which may hold more. */
export class JoinPush {
  readonly event = 'phx_join';
  /** In ms. */
  timeout: number;
  #payload: JoinPayload;
  readonly #ref: () => string;

  constructor(payload: JoinPayload, timeout: number, ref: () => string) {
    this.#payload = payload;
    this.timeout = timeout;
    this.#ref = ref;
  }

  /** Of the newest join. Empty when there was none, and unless the client has a codec of its own (`encode`, `decode`). */
  get ref(): string {
    return this.#ref();
  }

  payload(): JoinPayload {
    return this.#payload;
  }

  update(more: JoinPayload): void {
    this.#payload = { ...this.#payload, ...more };
  }
}
