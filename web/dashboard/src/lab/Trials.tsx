import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useRealtimeManager } from 'switchboard-realtime/react';
import { useRoads } from '../road/road.js';
import { formatCount } from '../format.js';
import type { LabClient, Trial } from './labClient.js';
import { useCounters } from './useCounters.js';

const trials: readonly { name: Trial; label: string; about: string; during: string }[] = [
  {
    name: 'replication-away',
    label: 'Replication away for 5 s',
    about: 'What is committed meanwhile reaches nobody, without a sign',
    during: 'A booking changes four times a second',
  },
  {
    name: 'large-transaction',
    label: 'Large transaction',
    about: '40,000 changes of another business in one commit: see how old the changes are that follow',
    during: 'A booking changes four times a second',
  },
];

type Props = { lab: LabClient; businessId: string };

/** What the server loses or delays without a sign, on either road, and how much of it was fetched by its number. */
export function Trials({ lab, businessId }: Props) {
  const { taken } = useRoads();
  return (
    <>
      <TrialButton
        label="Lose the next message"
        about="The next change is lost on its way to every window"
        run={() => lab.loseNext(taken)}
      />
      {trials.map(({ name, ...words }) => (
        <TrialButton key={name} {...words} run={() => lab.attempt(name, businessId)} />
      ))}
    </>
  );
}

type TrialProps = { label: string; about: string; during?: string; run: () => Promise<void> };

function TrialButton({ label, about, during = about, run }: TrialProps) {
  const manager = useRealtimeManager();
  const [filledBefore, setFilledBefore] = useState<number>();
  const trial = useMutation({ mutationFn: run, networkMode: 'always' });
  return (
    <button
      type="button"
      // Not disabled: that would take the focus from whoever has just pressed it.
      aria-disabled={trial.isPending}
      onClick={() => {
        if (trial.isPending) return;
        setFilledBefore(manager.stats().counters.filled);
        trial.mutate();
      }}
    >
      <b>{label}</b>
      <span>{trial.isError ? trial.error.message : trial.isPending ? during : about}</span>
      {filledBefore === undefined ? null : <FilledSince before={filledBefore} />}
    </button>
  );
}

function FilledSince({ before }: { before: number }) {
  const { filled } = useCounters();
  return <span data-filled={filled - before}>Since then fetched by number: {formatCount(filled - before)}</span>;
}
