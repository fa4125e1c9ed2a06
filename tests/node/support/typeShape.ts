import ts from 'typescript';

/** What the exported types of a module are, down to their parts, as text: the same until one of them changes in what it takes. */
export function shapesOf(file: string, names: readonly string[]): string {
  const options: ts.CompilerOptions = {
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: true, noEmit: true },
    ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  };
  const program = ts.createProgram([file], options);
  const source = program.getSourceFile(file);
  if (source === undefined) throw new Error(`there is no ${file}`);
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(source);
  const exported = module === undefined ? [] : checker.getExportsOfModule(module);
  return names
    .map((name) => {
      const symbol = exported.find((each) => each.name === name);
      if (symbol === undefined) throw new Error(`${file} exports no ${name}`);
      return `${name} = ${new Shapes(checker, source).of(checker.getDeclaredTypeOfSymbol(symbol))}`;
    })
    .join('\n');
}

class Shapes {
  readonly #open: ts.Type[] = [];

  constructor(
    private readonly checker: ts.TypeChecker,
    private readonly source: ts.SourceFile,
  ) {}

  of(type: ts.Type): string {
    if (type.isUnion()) {
      const members = [...new Set(type.types.map((member) => this.of(member)))];
      return `(${members.sort().join(' | ')})`;
    }
    if (type.isIntersection()) return this.#object(type);
    if ((type.flags & ts.TypeFlags.Object) === 0 || this.#isOfLibrary(type)) return this.#library(type);
    const depth = this.#open.indexOf(type);
    if (depth >= 0) return `^${this.#open.length - depth}`;
    this.#open.push(type);
    const text = this.#object(type);
    this.#open.pop();
    return text;
  }

  #object(type: ts.Type): string {
    const parts = this.checker.getPropertiesOfType(type).map((property) => {
      const optional = (property.flags & ts.SymbolFlags.Optional) === 0 ? '' : '?';
      return `${property.name}${optional}: ${this.of(this.checker.getTypeOfSymbolAtLocation(property, this.source))}`;
    });
    for (const { keyType, type: value } of this.checker.getIndexInfosOfType(type)) {
      parts.push(`[${this.of(keyType)}]: ${this.of(value)}`);
    }
    return `{ ${parts.sort().join('; ')} }`;
  }

  #library(type: ts.Type): string {
    const given = this.checker.getTypeArguments(type as ts.TypeReference);
    if ((type.flags & ts.TypeFlags.Object) === 0 || given.length === 0) return this.checker.typeToString(type);
    return `${type.symbol.name}<${given.map((each) => this.of(each)).join(', ')}>`;
  }

  /** An array, bytes and the like. */
  #isOfLibrary(type: ts.Type): boolean {
    if (this.checker.isTupleType(type)) return true;
    const [declaration] = type.symbol.declarations ?? [];
    return (
      declaration !== undefined &&
      declaration.getSourceFile().fileName.includes('/typescript/lib/') &&
      type.symbol.name !== '__type'
    );
  }
}
