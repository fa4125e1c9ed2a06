import { useContext } from 'react';
import { SwitchboardError, type RealtimeManager, type RegisteredDatabase } from '../../core/index.js';
import { absentManager } from './absentManager.js';
import { mistake } from './environment.js';
import { RealtimeContext, type RealtimeSetup } from './realtimeContext.js';

const NO_SETUP: RealtimeSetup = { manager: absentManager, queryClient: null, toaster: null };

/**
 * What the nearest provider gives; in production, without one, a manager that does nothing.
 *
 * @param caller the hook or component to name in an error.
 * @throws SwitchboardError in development, when there is no provider.
 */
export function useRealtimeSetup(caller: string): RealtimeSetup {
  const setup = useContext(RealtimeContext);
  if (setup !== null) return setup;
  mistake(
    new SwitchboardError(
      'NOT_CONFIGURED',
      'manager',
      `${caller}: there is no RealtimeProvider above this component. Wrap the application in <RealtimeProvider manager={…}>.`,
    ),
  );
  return NO_SETUP;
}

/**
 * The manager of the nearest `RealtimeProvider`. Without one it throws in development; in production that is written to the console, and the manager
 * takes every call and does nothing.
 *
 * @typeParam Db its `Database` type; by default the registered one.
 * @throws SwitchboardError in development, when there is no provider above the component.
 */
export function useRealtimeManager<Db = RegisteredDatabase>(): RealtimeManager<Db> {
  // Types are all that `Db` changes.
  return useRealtimeSetup('useRealtimeManager').manager as unknown as RealtimeManager<Db>;
}
