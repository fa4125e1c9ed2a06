/**
 * Where the package has its .wasm, or the larger one that follows numbered changes. Bundlers know this form of a `URL` and ship the file; those that do not leave it as it is, and in some formats
 * nothing of `import.meta.url`.
 *
 * @throws where there is no such address.
 */
export function packagedWasm(numbered: boolean): URL {
  try {
    return numbered
      ? new URL('../../wasm/switchboard-numbered.wasm', import.meta.url)
      : new URL('../../wasm/switchboard.wasm', import.meta.url);
  } catch (cause) {
    const file = `switchboard-realtime/switchboard${numbered ? '-numbered' : ''}.wasm`;
    const remedy = `give the address, the bytes or a compiled module of ${file} as the option \`wasm\``;
    throw new Error(`this bundle does not know where its files are: ${remedy}`, { cause });
  }
}

/**
 * The address that the option `wasm` names: absolute, or relative to the page, else to this file.
 *
 * @throws when it is relative and there is neither.
 */
export function wasmAddress(source: string | URL): URL {
  try {
    return new URL(source);
  } catch {
    // It is relative, then.
  }
  try {
    return new URL(source, typeof location === 'object' ? location.href : import.meta.url);
  } catch (cause) {
    const remedy = 'give an absolute one, the bytes or a compiled module';
    const path = String(source).replace(/[?#].*$/su, '');
    throw new Error(`the option \`wasm\` is "${path}", which is no address here: ${remedy}`, { cause });
  }
}

/** What to add to the configuration of a tool that has moved the package's scripts and left the .wasm behind, as the end of a message. */
export function remedy({ pathname }: URL): string {
  // The development server of Vite, until version 8.
  if (pathname.includes('/.vite/'))
    return ": add optimizeDeps: { exclude: ['switchboard-realtime'] } to Vite's configuration";
  // On the server webpack gives the address that the browser would have.
  if (pathname.includes('/_next/'))
    return ": add serverExternalPackages: ['switchboard-realtime'] to Next's configuration";
  return '';
}
