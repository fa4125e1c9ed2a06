import type { UntypedRow } from '../core/index.js';

/** One message to show for a moment. */
export interface ToastMessage {
  title: string;
  description?: string | undefined;
  /** Default 'info'. */
  kind?: 'info' | 'success' | 'warning' | 'error' | undefined;
  /** Two messages with one id are one: the later replaces the earlier. */
  id?: string | undefined;
}

/**
 * Shows messages. `switchboard-realtime/react/sonner` has one for sonner; for another library it is as short:
 *
 * ```ts
 * const toaster: Toaster = ({ title, id }) => hotToast(title, { id });
 * ```
 *
 * `row` is the row that the message is about, for messages in words of the application's own; undefined for the one that counts further rows.
 */
export type Toaster = (message: ToastMessage, row?: UntypedRow) => void;
