import { useEffect, useSyncExternalStore } from 'react';
import type { EditSession } from './editSession.js';
import type { EditState } from './editState.js';
import type { VersionedRow } from './fields.js';

/**
 * The state of an edit session, which follows the row while the form is open.
 *
 * @param current the row as live data has it now; undefined when it is gone, null when that is not known
 */
export function useEditSession<Row extends VersionedRow, Draft extends object>(
  session: EditSession<Row, Draft>,
  current: Row | undefined | null,
): EditState<Draft> {
  useEffect(() => {
    if (current !== null) session.arrive(current);
  }, [session, current]);
  return useSyncExternalStore(session.subscribe, session.state);
}
