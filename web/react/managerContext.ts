import { createContext } from 'react';
import type { RealtimeManager } from '../core/index.js';

/** The manager of the tree; null outside a provider. Its database type is known only where it is used. */
export const ManagerContext = createContext<RealtimeManager | null>(null);
