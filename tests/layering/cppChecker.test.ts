import { describe, expect, it } from 'vitest';
import { blankCommentsAndStrings, checkCpp } from './cppChecker.js';
import { layers } from './cppRules.js';

function found(file: string, text: string): string[] {
  return checkCpp(file, text).map((violation) => `${String(violation.line)} ${violation.found}`);
}

describe('the C++ checker', () => {
  it.each([
    ['src/base/x.h', '#include "platform/clock.h"'],
    ['src/platform/clock.h', '#include "timing/backoff.h"'],
    ['src/timing/backoff.h', '#include "protocol/frames/frame.h"'],
    ['src/protocol/frames/frame.h', '#include "timing/backoff.h"'],
    ['src/protocol/frames/frame.h', '#include "platform/clock.h"'],
    ['src/net/connection.h', '#include "channel/channel.h"'],
    ['src/channel/channel.h', '#include "status/tracker.h"'],
    ['src/channel/channel.h', '#include "subscription/interest/spec.h"'],
    ['src/subscription/planning/planner.cpp', '#include "channel/channel.h"'],
    ['src/subscription/planning/planner.h', '#include "timing/deadline_queue.h"'],
    ['src/status/tracker.h', '#include "client.h"'],
    ['bindings/module.cpp', '#include "net/connection.h"'],
    ['src/base/x.h', '#include "../base/error.h"'],
  ])('refuses in %s: %s', (file, line) => {
    expect(checkCpp(file, `#pragma once\n${line}\n`)).toMatchObject([{ file, line: 2 }]);
  });

  it.each([
    ['src/base/x.h', '#include <nlohmann/json.hpp>'],
    ['src/json/json_reader.cpp', '#include <nlohmann/json.hpp>'],
    ['src/client.cpp', '#include <nlohmann/json.hpp>'],
    ['src/net/connection.h', '#include <emscripten/websocket.h>'],
    ['src/net/connection.h', '#include <emscripten.h>'],
    ['src/timing/backoff.cpp', '#include <random>'],
    ['src/timing/backoff.cpp', '#include <thread>'],
    ['src/base/x.cpp', '#  include <iostream>'],
    ['bindings/module.cpp', '#include <nlohmann/json.hpp>'],
  ])('refuses the library header in %s: %s', (file, line) => {
    expect(checkCpp(file, `${line}\n`)).toHaveLength(1);
  });

  it.each([
    'auto now = std::chrono::steady_clock::now();',
    'auto now = std::chrono::system_clock::now();',
    'auto now = MonotonicClock::now();',
    'EM_ASM({ alert(1); });',
    'throw Error();',
    'try { f(); } catch (...) {}',
    'std::random_device seed;',
    'fprintf(stderr, "x");',
  ])('refuses in the core: %s', (line) => {
    expect(checkCpp('src/net/connection.cpp', `${line}\n`).length).toBeGreaterThan(0);
  });

  it('accepts every layer including what its row allows', () => {
    for (const { prefix, mayInclude, thirdParty } of layers) {
      const project = mayInclude.map((path) => `#include "${path.endsWith('/') ? `${path}x.h` : path}"`);
      const others = thirdParty.map((path) => `#include <${path.endsWith('/') ? `${path}x.h` : path}>`);
      expect(found(`${prefix}x.h`, [...project, ...others, '#include <vector>'].join('\n'))).toEqual([]);
    }
  });

  it('does not mind forbidden names in comments and strings', () => {
    expect(
      found('src/net/x.cpp', '// throw nothing\n/* EM_ASM */ auto s = "catch (this)";\nchar c = \'"\'; // try\n'),
    ).toEqual([]);
  });

  it('does not mind an include that is commented out', () => {
    expect(found('src/base/x.h', '// #include "net/connection.h"\n/*\n#include <thread>\n*/\n')).toEqual([]);
  });

  it('finds a name after a string on the same line', () => {
    expect(found('src/net/x.cpp', 'log("a \\" b"); throw 1;\n')).toEqual(['1 throw']);
  });

  it('keeps digit separators apart from character literals', () => {
    expect(blankCommentsAndStrings("int a = 1'000'000; throw x;")).toContain('throw');
  });

  it('refuses a file outside every layer', () => {
    expect(found('src/extra/x.h', '')).toEqual(['1 src/extra/x.h']);
  });

  it('refuses a file of exports that has grown', () => {
    const module = (lines: number) => '\n'.repeat(lines);
    expect(found('bindings/module.cpp', module(60))).toEqual([]);
    expect(found('bindings/module.cpp', module(61))).toEqual(['61 61 lines']);
  });
});
