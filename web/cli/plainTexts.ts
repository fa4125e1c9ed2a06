/** A terminal obeys control characters. */
export function printable(text: string): string {
  return text.replaceAll(
    /\p{Cc}/gu,
    (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
}

/** The time of day here, and how far it is from UTC: 10:41:02.123+02:00. */
export function localTime(date: Date): string {
  const shift = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + shift * 60_000).toISOString().slice(11, 23);
  const [hours, minutes] = [Math.trunc(Math.abs(shift) / 60), Math.abs(shift) % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${local}${shift < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}
