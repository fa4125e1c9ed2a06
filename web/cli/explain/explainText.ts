import type { Remedy } from '../../recording/explain/index.js';
import type { Style } from '../style.js';
import type { ExplainLine } from './explain.js';

/** A line for people. */
export function explainText(line: ExplainLine, style: Style): string {
  switch (line.type) {
    case 'recording': {
      const { createdBy, startedAt, takenAtMs, entries, complete, damage } = line;
      const seconds = (takenAtMs / 1_000).toFixed(1);
      const rest = [complete ? '' : 'The oldest entries were overwritten.', damage ?? ''].filter(Boolean);
      const head = `A recording by ${createdBy || 'an unknown version'}: ${entries} entries in ${seconds} s from ${new Date(startedAt).toISOString()}`;
      return [style.paint('bold', head), ...rest.map((text) => style.paint('yellow', text)), ''].join('\n');
    }
    case 'incident': {
      const { from, to, code, story, wayOut } = line;
      const time = new Date(from).toISOString().slice(11, 23);
      const head = `${time} ${code || 'interrupted'}${to === null ? ', not over at the end' : ''}`;
      return [
        style.paint(to === null ? 'red' : 'yellow', head),
        ...story.map(indented),
        ...remedies(wayOut, style),
        '',
      ].join('\n');
    }
    case 'notLive': {
      const { subject, verdict, chain, wayOut } = line;
      const reasons = chain.flatMap(({ what, said }) => [what, ...(said === '' ? [] : [`  “${said}”`])]);
      return [
        style.paint('red', `${subject}: ${verdict}`),
        ...reasons.map(indented),
        ...remedies(wayOut, style),
        '',
      ].join('\n');
    }
  }
}

function indented(text: string): string {
  return `  ${text}`;
}

function remedies(wayOut: readonly Remedy[], style: Style): string[] {
  return wayOut.flatMap(({ what, how }) => [
    `  ${style.paint('cyan', '→')} ${what}`,
    ...(how === null ? [] : [`      ${style.paint('bold', how)}`]),
  ]);
}
