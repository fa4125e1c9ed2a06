import { useEffect } from 'react';
import type { Client } from '../../data/database.js';
import { plainText } from '../../plainText.js';
import { clientOf, clientsNamed, type ChosenClient } from '../clientNames.js';
import { withChosen } from './choices.js';
import { SelectField, TextField } from './Field.js';

type Props = {
  value: ChosenClient;
  /** As it was when the form was opened: the same name stays the same client. */
  original: ChosenClient;
  /** Undefined: not read yet. */
  clients: readonly Client[] | undefined;
  /** Whether reading them failed. */
  isFailed: boolean;
  onValue: (value: ChosenClient) => void;
};

/** A client by name; where several have that name, by which of them. */
export function ClientField({ value, original, clients, isFailed, onValue }: Props) {
  const { id, name } = value;
  const named = clientsNamed(clients, name);
  const isLate = id === 'unchosen' && clients !== undefined && named.length < 2;
  useEffect(() => {
    // The name was typed before the clients were there.
    if (isLate) onValue(clientOf(name, original, clients));
  }, [isLate, name, original, clients, onValue]);

  const names = [...new Set((clients ?? []).map(({ full_name }) => full_name))];
  return (
    <>
      <TextField
        label="Client"
        name="client"
        required
        maxLength={200}
        autoComplete="off"
        suggestions={names}
        value={name}
        hint={
          named.length > 1 ? undefined : hintOf(value, named, clients === undefined ? unreadHint(isFailed) : NOT_LISTED)
        }
        onValue={(text) => {
          onValue(clientOf(text, original, clients));
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || name === original.name || !isPartOfOther(name, names)) return;
          // It is rather for the list of suggestions than for the form: who is not in the list is added from the next field.
          event.preventDefault();
          focusNext(event.currentTarget);
        }}
        onBlur={() => {
          // As the client is called, not as it was typed.
          const client = named.find((candidate) => candidate.id === id);
          if (client !== undefined && name !== original.name && name !== client.full_name)
            onValue({ id: client.id, name: client.full_name });
        }}
      />
      {named.length > 1 ? (
        <SelectField
          label={`Which ${name.trim()}?`}
          name="client-id"
          required
          choices={choicesOf(value, named)}
          value={id === 'unchosen' ? '' : String(id ?? 'none')}
          onValue={(text) => {
            const client = named.find((candidate) => String(candidate.id) === text);
            onValue(
              client === undefined
                ? { name, id: text === '' ? 'unchosen' : text === 'none' ? null : Number(text) }
                : { name: client.full_name, id: client.id },
            );
          }}
        />
      ) : null}
    </>
  );
}

/** Whether it is a part of somebody's name, and nobody's whole one. */
function isPartOfOther(name: string, names: readonly string[]): boolean {
  const part = plainText(name);
  const whole = names.map(plainText);
  return part !== '' && !whole.includes(part) && whole.some((other) => other.includes(part));
}

function focusNext(field: HTMLInputElement): void {
  const fields = [...(field.form?.querySelectorAll<HTMLElement>('input, select') ?? [])];
  fields[fields.indexOf(field) + 1]?.focus();
}

function hintOf({ id, name }: ChosenClient, [client]: readonly Client[], unknown: string): string | undefined {
  if (name.trim() === '') return undefined;
  if (typeof id === 'number') return client?.id === id ? contactOf(client) : `Client #${id}`;
  return unknown;
}

const NOT_LISTED = 'Not in the list of clients';

function unreadHint(isFailed: boolean): string {
  return isFailed
    ? 'The clients could not be read: looked up again when this is saved.'
    : 'The clients are not read yet: looked up when this is saved.';
}

function choicesOf({ id }: ChosenClient, named: readonly Client[]) {
  const isOneName = new Set(named.map(({ full_name }) => full_name)).size === 1;
  const choices = [
    ...(id === 'unchosen' ? [{ value: '', label: 'Choose…' }] : []),
    ...named.map((client) => ({
      value: String(client.id),
      label: isOneName ? contactOf(client) : `${client.full_name} · ${contactOf(client)}`,
    })),
    { value: 'none', label: 'Somebody else' },
  ];
  return typeof id === 'number' ? withChosen(choices, String(id), `Client #${id}`) : choices;
}

function contactOf({ id, phone, email }: Client): string {
  return [phone, email, `#${id}`].filter((part) => part !== null).join(' · ');
}
