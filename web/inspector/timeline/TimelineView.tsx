/** @jsxImportSource preact */
import { useEffect, useMemo, useReducer, useState } from 'preact/hooks';
import { count } from '../views/format.js';
import { finds, type ViewProps } from '../views/viewProps.js';
import { EventList } from './EventList.js';
import type { Lane } from './lanes.js';
import { liveRecording, nowOf, type RecordingView } from './liveRecording.js';
import { Plot } from './Plot.js';
import { TimelineTools, type Kind } from './TimelineTools.js';
import { Viewport } from './viewport.js';

/** What happened when, from the manager's recorder. */
export function TimelineView({ state, store }: ViewProps) {
  const { isPaused, search } = state;
  const { manager } = store;
  const [view, setView] = useState<RecordingView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [kind, setKind] = useState<Kind>('all');
  useEffect(() => {
    if (isPaused) return undefined;
    const live = liveRecording(manager, (newest, newestProblem) => {
      setView(newest);
      setProblem(newestProblem);
    });
    return () => live?.stop();
  }, [manager, isPaused]);
  const lanes = useMemo(() => chosen(view?.lanes ?? [], kind, search), [view, kind, search]);
  if (manager?.record === undefined) return <p class="empty">This manager has no recorder.</p>;
  if (view === null) return <p class="empty">{problem ?? 'The first recording is being taken.'}</p>;
  return <Timeline {...{ view, lanes, kind, problem }} isMoving={!isPaused} onKind={setKind} />;
}

function chosen(lanes: readonly Lane[], kind: Kind, search: string): readonly Lane[] {
  return lanes.filter((lane) => {
    const isOfKind = kind === 'all' || lane.kind === kind;
    return isOfKind && (finds(search, lane.name) || lane.marks.some(({ what }) => finds(search, what)));
  });
}

type TimelineProps = {
  view: RecordingView;
  lanes: readonly Lane[];
  kind: Kind;
  problem: string | null;
  isMoving: boolean;
  onKind: (kind: Kind) => void;
};

function Timeline({ view, lanes, kind, problem, isMoving, onKind }: TimelineProps) {
  const [viewport] = useState(() => new Viewport());
  const [, onMove] = useReducer((times: number) => times + 1, 0);
  const { recording } = view;
  const now = () => nowOf(view, isMoving);
  return (
    <>
      <TimelineTools
        {...{ kind, onKind, viewport, now }}
        begin={recording.complete ? 0 : (recording.entries[0]?.atMs ?? 0)}
        onMove={() => {
          onMove(0);
        }}
      />
      {problem === null ? null : <p class="note">{problem}</p>}
      {lanes.length === 0 ? (
        <p class="empty">No lane is found.</p>
      ) : (
        <div class="timeline">
          <LaneNames lanes={lanes} />
          <Plot
            {...{ lanes, now, isMoving, viewport }}
            label={labelOf(lanes)}
            onMove={() => {
              onMove(0);
            }}
          />
        </div>
      )}
      <p class="legend">
        <span data-mark="live">live, open, joined</span>
        <span data-mark="trouble">waits, in trouble</span>
        <span data-mark="gap">gap</span>
        <span data-mark="frames">frames</span>
      </p>
      <p class="quiet">
        {count(recording.entries.length)} entries{recording.complete ? '' : '; older ones were overwritten'}. The same
        in words, the newest first:
      </p>
      <EventList lanes={lanes} startedAt={recording.startedAt} />
    </>
  );
}

function LaneNames({ lanes }: { lanes: readonly Lane[] }) {
  return (
    <ol class="lanes" aria-label="Lanes">
      {lanes.map(({ id, kind, name }) => (
        <li key={id} data-kind={kind} title={name}>
          {name}
        </li>
      ))}
    </ol>
  );
}

function labelOf(lanes: readonly Lane[]): string {
  const gaps = lanes.reduce((total, lane) => total + lane.gaps.length, 0);
  return `Timeline of ${String(lanes.length)} lanes with ${String(gaps)} gaps. The list below says the same in words.`;
}
