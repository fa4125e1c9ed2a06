/** The parts of a supabase-js client (2.46 or later) that are used. */
export interface SupabaseClientLike {
  readonly realtime: {
    /** The socket's url, with `/websocket` at its end. */
    readonly endPoint: string;
    readonly apiKey: string | null;
    readonly accessToken: (() => Promise<string | null>) | null;
  };
  /** Absent or throwing when the client was made with its `accessToken` option. */
  readonly auth?: {
    onAuthStateChange(callback: (event: string, session: { access_token: string } | null) => void): {
      data: { subscription: { unsubscribe(): void } };
    };
  };
}
