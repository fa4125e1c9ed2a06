import { describe, expect, it } from 'vitest';
import type { Client } from '../../../web/dashboard/src/data/database.js';
import { clientOf, clientsNamed, decidedClient } from '../../../web/dashboard/src/forms/clientNames.js';
import { UndecidedError } from '../../../web/dashboard/src/writing/index.js';

const client = (id: number, full_name: string): Client => ({ id, full_name }) as Client;

const clients = [client(1, 'Zoë Weber'), client(2, 'Ada Byron'), client(3, 'Ada  Byron'), client(4, 'Max Østergård')];
const nobody = { id: null, name: '' };

describe('a name that is typed', () => {
  it.each(['Zoë Weber', 'zoë weber', 'ZOE WEBER', ' Zoe  Weber '])('as %j is the client Zoë Weber', (name) => {
    expect(clientOf(name, nobody, clients)).toEqual({ id: 1, name });
  });

  it('is nobody of the list where no client has it', () => {
    expect(clientOf('Zoë Web', nobody, clients)).toEqual({ id: null, name: 'Zoë Web' });
  });

  it('leaves the choice where several have it', () => {
    expect(clientOf('ada byron', nobody, clients).id).toBe('unchosen');
    expect(clientsNamed(clients, 'ada byron').map(({ id }) => id)).toEqual([2, 3]);
  });

  it('leaves the choice while clients are not read', () => {
    expect(clientOf('zoe weber', nobody, undefined).id).toBe('unchosen');
  });

  it('stays the client that it was, in whatever writing', () => {
    const original = { id: 3, name: 'Ada Byron' };
    expect(clientOf('ada  byron', original, clients)).toEqual({ id: 3, name: 'ada  byron' });
    expect(clientOf('Ada Byron', { id: null, name: 'Ada Byron' }, clients).id).toBeNull();
    expect(clientOf('zoë weber', { id: null, name: 'Zoe Weber' }, clients).id).toBe(1);
  });
});

describe('a name that was typed before the clients were read', () => {
  const unchosen = (name: string) => ({ id: 'unchosen' as const, name });

  it('is its client when it is saved, as the client is called', () => {
    expect(decidedClient(unchosen('max ostergard'), clients)).toEqual({ id: 4, name: 'Max Østergård' });
  });

  it('is a name only where no client has it, or clients cannot be read', () => {
    expect(decidedClient(unchosen('Bo'), clients)).toEqual({ id: null, name: 'Bo' });
    expect(decidedClient(unchosen('Zoë Weber'), null)).toEqual({ id: null, name: 'Zoë Weber' });
  });

  it('is not saved where several clients have it', () => {
    expect(() => decidedClient(unchosen('Ada Byron'), clients)).toThrow(UndecidedError);
    expect(() => decidedClient(unchosen('Ada Byron'), clients)).toThrow(
      '2 clients are called “Ada Byron”: choose which one.',
    );
  });
});
