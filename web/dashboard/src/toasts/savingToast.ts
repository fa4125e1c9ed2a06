import { toast, type ExternalToast } from 'sonner';

/** What is saved sooner is not worth a word. */
const PATIENCE_MS = 400;

export type SavingToast = {
  /** Says something else instead, at once. */
  readonly show: (title: string, more?: ExternalToast) => void;
  readonly end: () => void;
};

/** Says that something is being saved, once that has taken a moment. */
export function savingToast(description: string): SavingToast {
  let id: number | string | undefined;
  const show: SavingToast['show'] = (title, more) => {
    clearTimeout(timer);
    // What the toast had before stays unless it is given.
    const known = id === undefined ? {} : { id };
    id = toast(title, { ...known, description, duration: Infinity, action: undefined, ...more });
  };
  const timer = setTimeout(() => {
    show('Saving…');
  }, PATIENCE_MS);
  return {
    show,
    end: () => {
      clearTimeout(timer);
      if (id !== undefined) toast.dismiss(id);
    },
  };
}
