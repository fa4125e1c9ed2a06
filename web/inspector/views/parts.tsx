/** @jsxImportSource preact */
import type { ComponentChildren } from 'preact';

const TONES: Readonly<Partial<Record<string, string>>> = {
  ...{ live: 'good', open: 'good', beating: 'good', partial: 'warn', connecting: 'calm', joining: 'calm' },
  ...{
    pending: 'calm',
    waiting: 'calm',
    idle: 'calm',
    closing: 'calm',
    polling: 'warn',
    paused: 'calm',
    closed: 'calm',
  },
  ...{ retrying: 'warn', backoff: 'warn', silent: 'warn', offline: 'bad', parked: 'bad', refused: 'bad' },
};

/** A state in its word and colour. */
export function StateBadge({ state }: { state: string }) {
  return (
    <span class="badge" data-tone={TONES[state] ?? 'calm'}>
      {state}
    </span>
  );
}

/** A figure with its name. */
export function Figure({ name, value, note }: { name: string; value: ComponentChildren; note?: ComponentChildren }) {
  return (
    <div class="figure">
      <dt>{name}</dt>
      <dd>
        <span class="value">{value}</span>
        {note === undefined ? null : <span class="quiet">{note}</span>}
      </dd>
    </div>
  );
}

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Why something is in its state; nothing for what is well. */
export function Cause({ code, message }: { code: string; message: string }) {
  if (code === 'OK') return <span class="quiet">–</span>;
  return (
    <span class="cause">
      <code>{code}</code> {message}
    </span>
  );
}
