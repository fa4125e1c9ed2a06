import { version } from 'react';
import { version as domVersion } from 'react-dom';
import { expect, it } from 'vitest';

it('these tests run on the version of React that they are meant for', () => {
  const expected = `${process.env['REACT_VERSION'] ?? '19'}.`;
  expect([version.startsWith(expected), domVersion]).toEqual([true, version]);
});
