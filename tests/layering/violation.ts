/** A line that breaks the layering. */
export interface Violation {
  file: string;
  /** Counted from 1. */
  line: number;
  /** What the line reaches for: an include, an import or a name. */
  found: string;
  /** What it would have to keep to. */
  rule: string;
}

export function describeViolation({ file, line, found, rule }: Violation): string {
  return `${file}:${String(line)}: ${found} — ${rule}`;
}
