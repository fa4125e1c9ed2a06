/** What somebody else changed, for messages: `Start: was 11:45, now 15:30.` */
export function describeChange({ label, before, theirs }: { label: string; before: string; theirs: string }): string {
  return `${capitalized(label)}: was ${before}, now ${theirs}.`;
}

export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
