import { exportsFile, exportsLines, forbiddenInCore, forbiddenNames, layers, type Layer } from './cppRules.js';
import type { Violation } from './violation.js';

const include = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/;

/**
 * The violations in one C++ file.
 *
 * @param file path below the root, with `/`
 */
export function checkCpp(file: string, text: string): Violation[] {
  const layer = layerOf(file);
  if (layer === undefined) return [{ file, line: 1, found: file, rule: 'every C++ file belongs to a layer' }];
  const code = blankCommentsAndStrings(text).split('\n');
  const lines = text.split('\n');
  const violations = lines.flatMap((source, index) => {
    const line = index + 1;
    // A commented-out include is blank in `code`; in a live one only the quoted path is.
    const match = code[index]?.includes('#') === true ? include.exec(source) : null;
    if (match === null) return forbiddenNamesIn(file, code[index] ?? '', line);
    const rule = brokenIncludeRule(layer, match[1] === '"', match[2] ?? '');
    return rule === undefined ? [] : [{ file, line, found: match[2] ?? '', rule }];
  });
  if (file === exportsFile && lines.length - 1 > exportsLines) {
    violations.push({
      file,
      line: exportsLines + 1,
      found: `${String(lines.length - 1)} lines`,
      rule: `the file of exports has at most ${String(exportsLines)}`,
    });
  }
  return violations;
}

export function layerOf(file: string): Layer | undefined {
  return layers.filter(({ prefix }) => file.startsWith(prefix)).sort((a, b) => b.prefix.length - a.prefix.length)[0];
}

function brokenIncludeRule(
  { prefix, mayInclude, thirdParty }: Layer,
  quoted: boolean,
  path: string,
): string | undefined {
  if (quoted) {
    if (path.startsWith('.')) return 'includes are written from src or bindings, never relative';
    const own = ownFolder(prefix);
    const allowed = own === undefined ? mayInclude : [...mayInclude, own];
    const ofBindings = prefix === 'bindings/' && !path.includes('/');
    return ofBindings || allowed.some((start) => path.startsWith(start))
      ? undefined
      : `${prefix} may include ${allowed.join(', ')}`;
  }
  const isStandard = /^\w+$/.test(path) || /^c?\w+\.h$/.test(path);
  if (thirdParty.some((start) => path.startsWith(start))) return undefined;
  if (!isStandard || path === 'emscripten.h')
    return `${prefix} may include of others: ${thirdParty.join(', ') || 'nothing'}`;
  if (prefix.startsWith('src/') && forbiddenInCore.includes(path))
    return 'the core has no clock, thread, randomness, input or output of its own';
  return undefined;
}

/** The include path of a layer that is a whole folder of src. */
function ownFolder(prefix: string): string | undefined {
  return prefix.startsWith('src/') && prefix.endsWith('/') ? prefix.slice('src/'.length) : undefined;
}

function forbiddenNamesIn(file: string, code: string, line: number): Violation[] {
  return forbiddenNames
    .filter(({ where }) => where.test(file))
    .flatMap(({ name, rule }) => {
      const found = name.exec(code)?.[0];
      return found === undefined ? [] : [{ file, line, found, rule }];
    });
}

/** The text with comments, string and character literals replaced by blanks; lines stay where they are. */
export function blankCommentsAndStrings(text: string): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"([^\s()\\]{0,16})\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'/g;
  return text.replace(token, (found) => found.replace(/[^\n]/g, ' '));
}
