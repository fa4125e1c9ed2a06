import { posix } from 'node:path';
import ts from 'typescript';

/** For each module, the modules that it imports. Paths below the root, with `/`. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Who imports whom, among the given modules. An import of types only counts as well: for a reader it is the same dependency.
 *
 * @param modules texts by path below the root, with `/`
 */
export function importGraph(modules: ReadonlyMap<string, string>): ImportGraph {
  const graph = new Map<string, string[]>();
  for (const [file, text] of modules) {
    const targets = ts
      .preProcessFile(text, true, true)
      .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
      .map(({ fileName }) => sourceOf(posix.join(posix.dirname(file), fileName), modules))
      .filter((target) => target !== null);
    graph.set(file, [...new Set(targets)]);
  }
  return graph;
}

/** Imports name the compiled module; this is the file that it is compiled from. */
function sourceOf(target: string, modules: ReadonlyMap<string, string>): string | null {
  const candidates = [target, target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.tsx')];
  return candidates.find((candidate) => modules.has(candidate)) ?? null;
}

/** One circle for each module that can reach itself, each circle once, written as `a → b → a`. Empty when there are none. */
export function importCircles(graph: ImportGraph): string[] {
  const finished = new Set<string>();
  const circles = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.add([...path.slice(start), file].join(' → '));
    if (start >= 0 || finished.has(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return [...circles];
}
