// @vitest-environment happy-dom
import { toast } from 'sonner';
import { afterEach, expect, it } from 'vitest';
import { sonnerToaster } from 'switchboard-realtime/react/sonner';

afterEach(() => {
  toast.dismiss();
});

it('shows each message by sonner, and one of the same id in its place', () => {
  sonnerToaster({ title: 'New booking', description: 'Ann', kind: 'success', id: 'a' });
  sonnerToaster({ title: 'Late', kind: 'warning', id: 'b' });
  sonnerToaster({ title: 'New booking', description: 'Bo', kind: 'success', id: 'a' });
  sonnerToaster({ title: 'Plain' });
  const shown = toast
    .getToasts()
    .map((message) => 'title' in message && [message.type, message.title, message.description]);
  expect(shown).toHaveLength(3);
  expect(shown).toEqual(
    expect.arrayContaining([
      ['success', 'New booking', 'Bo'],
      ['warning', 'Late', undefined],
      ['info', 'Plain', undefined],
    ]),
  );
});
