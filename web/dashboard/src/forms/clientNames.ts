import type { Client } from '../data/database.js';
import { plainText } from '../plainText.js';
import { UndecidedError } from '../writing/index.js';

/** Whose booking it is. `id` is null for somebody who is no client, and `unchosen` while the name alone does not say. */
export type ChosenClient = { readonly id: number | null | 'unchosen'; readonly name: string };

/** Those with a name, whatever case, accents and blanks it was typed with. */
export function clientsNamed(clients: readonly Client[] | undefined, name: string): readonly Client[] {
  const plain = plainText(name);
  return (clients ?? []).filter(({ full_name }) => plainText(full_name) === plain);
}

/**
 * Whom a typed name means.
 *
 * @param original as it was when the form was opened: the same name stays the same client
 * @param clients undefined: not read yet
 */
export function clientOf(name: string, original: ChosenClient, clients: readonly Client[] | undefined): ChosenClient {
  const isSame = typeof original.id === 'number' && plainText(name) === plainText(original.name);
  if (isSame || name.trim() === original.name) return { ...original, name };
  const named = clientsNamed(clients, name);
  if (clients === undefined || named.length > 1) return { id: 'unchosen', name };
  return { id: named[0]?.id ?? null, name };
}

/**
 * Whom a name means at last, when it is saved.
 *
 * @param clients null: they can't be read, and the booking has the name only
 * @throws UndecidedError where several have that name
 */
export function decidedClient({ name }: ChosenClient, clients: readonly Client[] | null): ChosenClient {
  const [client, ...more] = clientsNamed(clients ?? [], name);
  if (more.length > 0)
    throw new UndecidedError(`${more.length + 1} clients are called “${name.trim()}”: choose which one.`);
  return client === undefined ? { id: null, name } : { id: client.id, name: client.full_name };
}
