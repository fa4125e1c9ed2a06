import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '../../..');
// Inside the project, where the package's name leads somewhere; one folder for each process.
const folder = join(root, '.switchboard', `docs-${process.pid}`);

/** A piece of code in a document. */
export interface Example {
  name: string;
  language: string;
  text: string;
}

/** What an example takes for granted. */
export interface Surroundings {
  /** Declarations of what the reader has; the test gives the values as globals. */
  declare?: string;
  /** To get at what the example defines. */
  append?: string;
  /** To let something happen in the middle, or put in an address. */
  edit?: (text: string) => string;
  /** It declares something for a whole program, and is compiled as one of its own. */
  alone?: boolean;
}

/** The documents, as paths below the root. */
export function documents(): string[] {
  const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', 'CONTRIBUTING.md', ...pages.map((name) => `docs/${name}`)];
}

/** Every example of TypeScript or JavaScript in a document, in order. One without a name has the name ''. */
export function readExamples(page: string): Example[] {
  const text = readFileSync(join(root, page), 'utf8');
  const fence = /(?:<!-- example: ([^>]+) -->\s+)?^```(tsx?|jsx?)\n(.*?)^```$/gms;
  return [...text.matchAll(fence)].map(([, name = '', language = '', code = '']) => ({ name, language, text: code }));
}

/** Writes an example into a file of its own, whole. Returns its path. */
export function writeExample({ name, language, text }: Example, surroundings: Surroundings): string {
  const { declare = '', append = '', edit = (same: string) => same } = surroundings;
  const path = join(folder, `${name.replaceAll(' ', '-')}.${language}`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${declare}\n${edit(text)}\n${append}\nexport {};\n`);
  return path;
}

export function removeExamples(): void {
  rmSync(folder, { recursive: true, force: true });
}

/** What the compiler, as strict as for the project itself, says of these files. */
export function compile(paths: readonly string[]): string[] {
  const configPath = join(root, 'tests/tsconfig.json');
  const { config } = ts.readConfigFile(configPath, (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, dirname(configPath));
  delete options.tsBuildInfoFile;
  const program = ts.createProgram(paths, { ...options, incremental: false, noEmit: true });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : ts.getLineAndCharacterOfPosition(file, start ?? 0).line + 1;
    return `${file?.fileName ?? ''}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
  });
}

/** Runs the examples of some documents, and remembers which. */
export class Examples {
  readonly #left: Map<string, Example>;
  readonly #all: ReadonlyMap<string, Example>;

  constructor(...pages: readonly string[]) {
    const examples = pages.flatMap(readExamples).map((example) => [example.name, example] as const);
    this.#all = new Map(examples);
    this.#left = new Map(examples);
  }

  /** Those that have not been run. */
  get left(): string[] {
    return [...this.#left.keys()];
  }

  /** Its top level has run when this resolves. */
  run(name: string, surroundings: Surroundings = {}): Promise<unknown> {
    const example = this.#all.get(name);
    if (example === undefined) throw new Error(`there is no example '${name}'`);
    this.#left.delete(name);
    return import(/* @vite-ignore */ writeExample(example, surroundings));
  }
}
