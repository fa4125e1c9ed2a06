import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { EditIcon } from '../app/icons.js';
import { useBusinessData } from '../data/businessData.js';
import { useColleagues } from './businessPresence.js';
import { deskName } from './deskName.js';

/** Names of those who edit a booking, by its id. */
type Editors = ReadonlyMap<string, readonly string[]>;

const EditorsContext = createContext<Editors>(new Map());

type ProviderProps = {
  /** The booking whose form is open in this window. */
  editing: number | undefined;
  children: ReactNode;
};

/** Makes this window present in its business, and knows who edits which booking. */
export function EditorsProvider({ editing, children }: ProviderProps) {
  const { business } = useBusinessData();
  const { colleagues } = useColleagues(business.id, { name: deskName, ...(editing === undefined ? {} : { editing }) });
  const editors = useMemo(() => {
    const names = new Map<string, string[]>();
    for (const { editing: id, name } of colleagues) {
      if (id !== null) names.set(id, [...(names.get(id) ?? []), name]);
    }
    return names;
  }, [colleagues]);
  return <EditorsContext value={editors}>{children}</EditorsContext>;
}

/** Says in the open form of a booking who else has it open. */
export function AlsoEditing({ id }: { id: number | undefined }) {
  const names = useContext(EditorsContext).get(String(id)) ?? [];
  return (
    <div role="status" className="also-editing">
      {names.length === 0 ? null : (
        <>
          <EditIcon /> {names.join(', ')} {names.length === 1 ? 'has' : 'have'} this booking open too.
        </>
      )}
    </div>
  );
}

/** What a booking is called, and below that who is editing it. */
export function WithEditors({ id, children }: { id: number; children: ReactNode }) {
  const [first, ...more] = useContext(EditorsContext).get(String(id)) ?? [];
  if (first === undefined) return children;
  return (
    <span className="with-editors">
      <span>{children}</span>
      <span className="only-heard">, </span>
      <span className="editors">
        <EditIcon />
        <bdi title={first}>{first}</bdi>
        <span>
          {more.length === 0 ? ' is' : ` and ${String(more.length)} more are`} editing
          <span className="only-heard"> this booking</span>
        </span>
      </span>
    </span>
  );
}
