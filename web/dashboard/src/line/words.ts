/** What a window is present with. */
export type Desk = {
  readonly name: string;
  /** The booking whose form is open. */
  readonly editing?: number;
};

/** What the windows that share a line, and the worker that may carry it, say to each other. */
export type Word =
  /** The plug is pulled, or put back in, for all of them. */
  | { readonly plugged: boolean }
  /** Somebody is new: how is the plug, and who are the others? */
  | { readonly asks: true }
  /** A window is at a business with this; null: it has gone from there. */
  | { readonly window: string; readonly at: string; readonly desk: Desk | null }
  /** Whatever carries the line is to end. */
  | { readonly endCarrier: true };

const CHANNEL = 'dashboard-line';

/** Hears the others until it is closed. */
export function openWords(heard: (word: Word) => void): { say: (word: Word) => void; close: () => void } {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    heard(data);
  };
  return {
    say: (word) => {
      channel.postMessage(word);
    },
    close: () => {
      channel.close();
    },
  };
}
