import { describe, expect, it } from 'vitest';
import { countCases } from '../../../web/tools/suites/ctest.mjs';
import { countTests, failedTests } from '../../../web/tools/suites/vitest.mjs';

function summary(program: number, passed: number, failed: number, skipped = 0): string {
  const cases = passed + failed;
  return `${String(program)}: [doctest] test cases: ${String(cases).padStart(3)} | ${String(passed)} passed | ${String(failed)} failed | ${String(skipped)} skipped`;
}

describe('counting the native suite', () => {
  it('adds the cases of all programs', () => {
    const output = [
      summary(1, 12, 0),
      '1/2 Test #1: timing ...........................   Passed    0.02 sec',
      summary(2, 3, 1, 2),
      '2/2 Test #2: net ..............................***Failed    0.10 sec',
    ].join('\n');
    expect(countCases(output)).toEqual({ passed: 15, failed: 1, skipped: 2 });
  });

  it('counts a program that died without a summary as one failure', () => {
    const output = '1/1 Test #1: net ..............................***Exception: SegFault  0.10 sec';
    expect(countCases(output)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('counts a program that failed after its cases had passed as one failure', () => {
    const output = `${summary(1, 4, 0)}\n1/1 Test #1: net ..............................***Failed    0.10 sec`;
    expect(countCases(output)).toEqual({ passed: 4, failed: 1, skipped: 0 });
  });

  it('counts a program of another kind as one case', () => {
    expect(countCases('1/1 Test #1: fuzz_corpus ...   Passed    1.10 sec')).toEqual({
      passed: 1,
      failed: 0,
      skipped: 0,
    });
  });

  it('reads a summary that doctest printed in colours', () => {
    const coloured =
      '3: \u001B[0;36m[doctest] \u001B[0mtest cases:  2 | \u001B[0;32m2 passed\u001B[0m | 0 failed\u001B[0m | 0 skipped\u001B[0m';
    const output = `${coloured}\n1/1 Test #3: net .....   Passed    0.10 sec`;
    expect(countCases(output)).toEqual({ passed: 2, failed: 0, skipped: 0 });
  });
});

describe('counting a vitest suite', () => {
  const report = { numPassedTests: 7, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0 };
  const passes = { status: 'passed', fullName: 'a group passes' };
  const testResults = [
    { name: '/root/a.test.ts', status: 'failed', assertionResults: [] },
    {
      name: '/root/b.test.ts',
      status: 'failed',
      assertionResults: [passes, { status: 'failed', fullName: ' a group fails' }],
    },
    { name: '/root/c.test.ts', status: 'passed', assertionResults: [passes] },
  ];

  it('counts a file that could not be loaded as one failure', () => {
    expect(countTests({ ...report, testResults })).toEqual({ passed: 7, failed: 2, skipped: 0 });
  });

  it('names what failed', () => {
    expect(failedTests({ testResults }, '/root')).toEqual(['a.test.ts', 'b.test.ts: a group fails']);
  });

  it('owns up to tests that were left out', () => {
    expect(countTests({ ...report, numPendingTests: 2, numTodoTests: 1, testResults: [] })).toMatchObject({
      skipped: 3,
    });
  });
});
