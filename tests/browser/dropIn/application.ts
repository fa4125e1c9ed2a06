// An application as it was written for supabase-js: nothing in it knows of the drop-in.
import { createClient, REALTIME_SUBSCRIBE_STATES } from '@supabase/supabase-js';

const parameters = new URLSearchParams(location.search);
const read = (name: string): string => parameters.get(name) ?? '';
const name = read('name');

const supabase = createClient(read('url'), read('key'));
const channel = supabase.channel('salon', { config: { presence: { key: name }, broadcast: { ack: true } } });

function append(label: string, text: string): void {
  const item = document.createElement('li');
  item.textContent = text;
  document.querySelector(`[aria-label="${label}"]`)?.append(item);
}

channel
  .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'clients' }, (change) => {
    append('Clients', String(change.new['full_name']));
  })
  .on('broadcast', { event: 'message' }, ({ payload }) => {
    append('Messages', (payload as { text: string }).text);
  })
  .on('presence', { event: 'sync' }, () => {
    document.querySelector('[aria-label="Who is here"]')?.replaceChildren();
    for (const key of Object.keys(channel.presenceState()).sort()) append('Who is here', key);
  })
  .subscribe((status) => {
    document.querySelectorAll('[role="status"]').forEach((element) => (element.textContent += `${status} `));
    if (status === REALTIME_SUBSCRIBE_STATES.SUBSCRIBED) void channel.track({ name });
  });

Object.assign(globalThis, {
  say: (text: string) => channel.send({ type: 'broadcast', event: 'message', payload: { text } }),
  leave: () => supabase.removeChannel(channel),
});
