import type { ReactNode } from 'react';
import type { ManagerOptions, RealtimeManager, RegisteredDatabase } from '../core/index.js';
import { ManagerContext } from './managerContext.js';
import { useOwnedManager } from './useOwnedManager.js';

export type RealtimeProviderProps<Db = RegisteredDatabase> = {
  children?: ReactNode;
} & (
  | {
      /** A manager that the application made, and disposes of. */
      manager: RealtimeManager<Db>;
      options?: undefined;
    }
  | {
      /**
       * Options of a manager that the provider makes, and disposes of when it unmounts. Those of the first render count; to change them, give
       * the provider another `key`.
       */
      options: ManagerOptions;
      manager?: undefined;
    }
);

/** Gives the components below it their manager. Rendering it starts nothing, also on a server. */
export function RealtimeProvider<Db = RegisteredDatabase>(props: RealtimeProviderProps<Db>): ReactNode {
  if (props.manager === undefined) return <OwningProvider options={props.options}>{props.children}</OwningProvider>;
  // Types are all that `Db` changes.
  const manager = props.manager as unknown as RealtimeManager;
  return <ManagerContext.Provider value={manager}>{props.children}</ManagerContext.Provider>;
}

function OwningProvider({ options, children }: { options: ManagerOptions; children: ReactNode }): ReactNode {
  const manager = useOwnedManager(options);
  return <ManagerContext.Provider value={manager}>{children}</ManagerContext.Provider>;
}
