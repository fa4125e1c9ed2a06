import { createContext } from 'react';
import type { RealtimeManager } from '../../core/index.js';
import type { QueryClientLike } from '../queryClient.js';
import type { Toaster } from '../toaster.js';

/** What a `RealtimeProvider` gives to the tree below it. */
export interface RealtimeSetup {
  /** Its database type is known only where it is used. */
  readonly manager: RealtimeManager;
  readonly queryClient: QueryClientLike | null;
  readonly toaster: Toaster | null;
}

/** Null outside a provider. */
export const RealtimeContext = createContext<RealtimeSetup | null>(null);
