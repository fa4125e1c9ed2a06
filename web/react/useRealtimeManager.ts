import { useContext } from 'react';
import { SwitchboardError, type RealtimeManager, type RegisteredDatabase } from '../core/index.js';
import { ManagerContext } from './managerContext.js';

/**
 * The manager of the nearest `RealtimeProvider`.
 *
 * @typeParam Db its `Database` type; by default the registered one.
 * @throws SwitchboardError when there is no provider above the component.
 */
export function useRealtimeManager<Db = RegisteredDatabase>(): RealtimeManager<Db> {
  const manager = useContext(ManagerContext);
  if (manager === null) {
    throw new SwitchboardError(
      'NOT_CONFIGURED',
      'manager',
      'There is no RealtimeProvider above this component: wrap the application in <RealtimeProvider manager={…}>.',
    );
  }
  // Types are all that `Db` changes.
  return manager as unknown as RealtimeManager<Db>;
}
