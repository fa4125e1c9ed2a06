import { useCallback, useEffect, useMemo, useRef, type ReactNode } from 'react';
import {
  SwitchboardError,
  type ManagerOptions,
  type RealtimeManager,
  type RegisteredDatabase,
} from '../../core/index.js';
import { mistake } from './environment.js';
import type { QueryClientLike } from '../queryClient.js';
import { RealtimeContext } from './realtimeContext.js';
import type { Toaster } from '../toaster.js';
import { useOwnedManager } from './useOwnedManager.js';

interface CommonProps {
  children?: ReactNode;
  /** TanStack Query's client, for `useRealtime` and `useQueryInvalidation`. */
  queryClient?: QueryClientLike | undefined;
  /** Shows the toasts of `useRealtime({ showToasts: true })`. */
  toaster?: Toaster | undefined;
}

export type RealtimeProviderProps<Db = RegisteredDatabase> = CommonProps &
  (
    | {
        /** A manager that the application made, and disposes of. */
        manager: RealtimeManager<Db>;
        options?: undefined;
      }
    | {
        /**
         * Options of a manager that the provider makes, and disposes of when it unmounts (not while `Activity` hides
         * it). Those of the first render count. To change them, give the provider another `key`.
         */
        options: ManagerOptions<Db>;
        manager?: undefined;
      }
  );

/**
 * Gives the components below it their manager. Rendering it starts nothing, also on a server.
 *
 * @throws SwitchboardError in development, without a manager and without options, with both, and for invalid options.
 * In production the error is written to the console, and without a manager the hooks below do nothing.
 */
export function RealtimeProvider<Db = RegisteredDatabase>(props: RealtimeProviderProps<Db>): ReactNode {
  const { manager, options, ...common } = props;
  checkSource(manager, options);
  if (!isGiven(manager)) return <OwningProvider options={options as ManagerOptions} {...common} />;
  // Types are all that `Db` changes.
  return <Setup manager={manager as unknown as RealtimeManager} {...common} />;
}

/** @throws SwitchboardError in development, unless it is one of the two. */
function checkSource(manager: unknown, options: unknown): void {
  if (isGiven(manager) !== isGiven(options)) return;
  mistake(
    new SwitchboardError(
      'MISSING_OPTION',
      'options',
      'RealtimeProvider takes either `options={{ url, apikey }}`, to make a manager, or `manager={…}`, one of yours.',
    ),
  );
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function OwningProvider({ options, ...common }: CommonProps & { options: ManagerOptions }): ReactNode {
  return <Setup manager={useOwnedManager(options)} {...common} />;
}

function Setup(props: CommonProps & { manager: RealtimeManager }): ReactNode {
  const { manager, queryClient = null, toaster: given, children } = props;
  const stable = useStableToaster(given);
  const toaster = given === undefined ? null : stable;
  const setup = useMemo(() => ({ manager, queryClient, toaster }), [manager, queryClient, toaster]);
  return <RealtimeContext.Provider value={setup}>{children}</RealtimeContext.Provider>;
}

/** One function for the life of the provider, because a toaster may be written inline. */
function useStableToaster(toaster: Toaster | undefined): Toaster {
  const latest = useRef(toaster);
  useEffect(() => {
    latest.current = toaster;
  });
  return useCallback<Toaster>((message, row) => latest.current?.(message, row), []);
}
