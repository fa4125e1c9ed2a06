import { expect, it } from 'vitest';
import { postgrestTable, RefusedError, UnreachableError } from '../../../web/dashboard/src/writing/index.js';

function tableThatAnswers(status: number, body: string) {
  return postgrestTable<{ id: number }>({
    url: 'http://h/rest/v1/t',
    headers: () => ({}),
    fetch: () => Promise.resolve(new Response(body, { status })),
  });
}

it.each([502, 503, 504, 520, 522, 530])(
  'HTTP %i of a gateway is no refusal: the request may have arrived or not',
  async (status) => {
    const error = tableThatAnswers(status, '<html>Bad gateway</html>').update(1, 1, {});
    await expect(error).rejects.toBeInstanceOf(UnreachableError);
    await expect(error).rejects.toThrow(`HTTP ${status}`);
  },
);

it.each([400, 401, 403, 409, 429, 500])('HTTP %i is a refusal', async (status) => {
  const error = tableThatAnswers(status, '{"code":"X","message":"no"}').update(1, 1, {});
  await expect(error).rejects.toBeInstanceOf(RefusedError);
  await expect(error).rejects.toMatchObject({ status, code: 'X', message: 'no' });
});
