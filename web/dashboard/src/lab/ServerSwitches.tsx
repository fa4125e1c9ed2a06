import { useMutation } from '@tanstack/react-query';
import { formatCount } from '../format.js';
import { useLab, type LabClient, type Switch } from './labClient.js';
import { Trials } from './Trials.js';

const BURST = 10_000;

const switches: readonly { name: Switch; label: string; about: string }[] = [
  { name: 'cut', label: 'Cut the line', about: 'All sockets break at once' },
  { name: 'half-open', label: 'Half-open', about: 'The server falls silent; noticed within 25 s' },
  { name: 'restart', label: 'Restart the server', about: 'Away for two and a half seconds' },
  { name: 'expire-token', label: 'Expire the token', about: 'A new one is asked for' },
];

/** The faults that the local backend can show on request. */
export function ServerSwitches({ businessId }: { businessId: string }) {
  const lab = useLab();
  return (
    <section aria-labelledby="server-switches">
      <h3 id="server-switches">The server</h3>
      {lab === null ? (
        <p className="quiet">
          Not offered here: this dashboard shows a Supabase project, and a project cannot be made to fail. Start without
          SUPABASE_URL to have a server of your own that can.
        </p>
      ) : (
        <div className="switches">
          {switches.map((entry) => (
            <SwitchButton key={entry.name} lab={lab} {...entry} />
          ))}
          <Trials lab={lab} businessId={businessId} />
          <BurstButton lab={lab} businessId={businessId} />
        </div>
      )}
    </section>
  );
}

type SwitchProps = { lab: LabClient; name: Switch; label: string; about: string };

function SwitchButton({ lab, name, label, about }: SwitchProps) {
  // Also while the page believes to be offline: the lab is on this machine.
  const flip = useMutation({ mutationFn: () => lab.throwSwitch(name), networkMode: 'always' });
  return (
    <button
      type="button"
      // Not disabled: that would take the focus from whoever has just pressed it.
      aria-disabled={flip.isPending}
      onClick={() => {
        if (!flip.isPending) flip.mutate();
      }}
    >
      <b>{label}</b>
      <span>{flip.isError ? flip.error.message : about}</span>
    </button>
  );
}

function BurstButton({ lab, businessId }: { lab: LabClient; businessId: string }) {
  const burst = useMutation({ mutationFn: () => lab.burst(businessId, BURST), networkMode: 'always' });
  return (
    <button
      type="button"
      // Not disabled: that would take the focus from whoever has just pressed it.
      aria-disabled={burst.isPending}
      onClick={() => {
        if (!burst.isPending) burst.mutate();
      }}
    >
      <b>Burst</b>
      <span>{burst.isError ? burst.error.message : burstText(burst.isPending, burst.data)}</span>
    </button>
  );
}

function burstText(isPending: boolean, made: number | undefined): string {
  if (isPending) return 'Writing…';
  return made === undefined ? `${formatCount(BURST)} changes to the bookings` : `${formatCount(made)} changes written`;
}
