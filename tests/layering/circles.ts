import { posix } from 'node:path';
import ts from 'typescript';

/** Which files each file imports, types included: paths below the root. Packages, and files that are not given, are left out. */
export function importGraph(texts: ReadonlyMap<string, string>): Map<string, string[]> {
  const targetOf = (file: string, specifier: string): string | undefined => {
    const path = posix.join(posix.dirname(file), specifier);
    return [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')].find((name) => texts.has(name));
  };
  return new Map(
    [...texts].map(([file, text]) => [
      file,
      ts
        .preProcessFile(text, true, true)
        .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
        .flatMap(({ fileName }) => targetOf(file, fileName) ?? []),
    ]),
  );
}

/** The same between folders; a folder's imports of itself are left out. */
export function folderGraph(files: ReadonlyMap<string, readonly string[]>): Map<string, string[]> {
  const folders = new Map<string, string[]>();
  for (const [file, targets] of files) {
    const folder = posix.dirname(file);
    const others = targets.map((target) => posix.dirname(target)).filter((target) => target !== folder);
    folders.set(folder, [...new Set([...(folders.get(folder) ?? []), ...others])]);
  }
  return folders;
}

/** One circle for each node at which a walk closes one, as `a -> b -> a`. */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const path: string[] = [];
  const circles: string[] = [];
  const visit = (node: string): void => {
    const start = path.indexOf(node);
    if (start >= 0) circles.push([...path.slice(start), node].join(' -> '));
    if (start >= 0 || done.has(node)) return;
    path.push(node);
    for (const target of graph.get(node) ?? []) visit(target);
    path.pop();
    done.add(node);
  };
  for (const node of graph.keys()) visit(node);
  return circles;
}
