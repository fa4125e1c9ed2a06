import { useCallback, useEffect, useState } from 'react';
import { toast } from 'sonner';
import { setSearch } from '../app/useSearchParameter.js';
import { useBusinessData } from '../data/businessData.js';
import type { Booking, Business, Payment } from '../data/database.js';
import { showOf } from '../tables/bookings/showBooking.js';
import { withAction } from '../toasts/rowToasts.js';
import type { EditSession } from '../writing/index.js';
import { showAmount } from './amounts.js';
import type { BookingDraft } from './bookingFields.js';
import { describeBooking, describeLateNews, withNews } from './saves/describeChange.js';
import type { PaymentDraft } from './paymentFields.js';
import { followSave } from './saves/saveToasts.js';

export type OpenForm = { readonly opener: Element | null; readonly isNew: boolean } & (
  | { readonly kind: 'booking'; readonly session: EditSession<Booking, BookingDraft> }
  | { readonly kind: 'payment'; readonly session: EditSession<Payment, PaymentDraft> }
);

/** Called when a business gets its first form that is not done, and when it has none any more. */
export type OnUnfinished = (business: Business, isUnfinished: boolean) => void;

type OpenForms = {
  /** The last is shown. */
  readonly open: readonly OpenForm[];
  readonly show: (form: OpenForm) => void;
  /** What is being saved goes on, and says how it ends. */
  readonly close: (form: OpenForm) => void;
};

/** The forms of a business that are open, or closed and not saved yet. */
export function useOpenForms(onUnfinished: OnUnfinished): OpenForms {
  const { business } = useBusinessData();
  const [open, setOpen] = useState<readonly OpenForm[]>([]);
  const [closed, setClosed] = useState<readonly OpenForm[]>([]);
  const isUnfinished = open.length + closed.length > 0;
  useEffect(() => {
    onUnfinished(business, isUnfinished);
  }, [onUnfinished, business, isUnfinished]);

  const show = useCallback((form: OpenForm) => {
    setOpen([form]);
  }, []);
  const close = useCallback(
    (form: OpenForm) => {
      const forget = (): void => {
        setClosed((forms) => forms.filter((other) => other !== form));
      };
      const reopen = (): void => {
        forget();
        setSearch({ business: business.id });
        // Above the one that is open, if any: that one is as it was afterwards.
        setOpen((forms) => [...forms, form]);
      };
      setOpen((forms) => forms.filter((other) => other !== form));
      if (isUnderWay(form)) setClosed((forms) => [...forms, form]);
      follow(form, business, forget, reopen);
    },
    [business],
  );
  return { open, show, close };
}

function isUnderWay({ session }: OpenForm): boolean {
  const { phase } = session.state();
  return phase === 'saving' || phase === 'waiting';
}

/** Says how the save of a closed form ends. `forget`: nothing is left to do. `reopen`: something has to be decided. */
function follow(form: OpenForm, business: Business, forget: () => void, reopen: () => void): void {
  const { kind, session, isNew } = form;
  const zone = business.time_zone;
  const wasSaved = session.state().phase === 'saved';
  const confirm = (): void => {
    forget();
    // What is new is confirmed where it is added.
    if (!isNew || session.state().lateNews.length > 0) toastSaved(form, zone, !wasSaved);
  };
  if (wasSaved) confirm();
  if (!isUnderWay(form)) return;
  const ends = { saved: confirm, dropped: forget, open: reopen };
  if (kind === 'booking') {
    const { client, service } = session.state().draft;
    followSave(session, { noun: 'Booking', description: `${client.name}, ${service}`, zone }, ends);
  } else {
    const description = showAmount(session.state().draft.amount, business.currency);
    followSave(session, { noun: 'Payment', description, zone }, ends);
  }
}

/**
 * Confirms a change that can't be seen: the booking has another day now, or does not match the search any more, or others changed it during the save.
 * `always`: in any case.
 */
function toastSaved({ kind, session }: OpenForm, zone: string, always: boolean): void {
  const late = describeLateNews(session.state().lateNews);
  const isToBeSaid = always || late !== '';
  if (kind === 'payment') {
    if (isToBeSaid) toast.success('Payment saved', late === '' ? {} : { description: late });
    return;
  }
  const { row } = session;
  if (row === undefined) return;
  const show = showOf(row, zone);
  if (show === undefined && !isToBeSaid) return;
  const description = withNews(describeBooking(row, zone), late);
  toast.success('Booking saved', { description, ...(show === undefined ? {} : withAction('Show', show)) });
}
