/**
 * Where the package has the script of the worker for all tabs: one file that imports nothing. Bundlers know this form of a `URL` and ship the file;
 * those that do not leave it as it is, and in some formats nothing of `import.meta.url`.
 *
 * @throws where there is no such address.
 */
export function packagedWorker(): URL {
  try {
    return new URL('../../../tabs/worker.js', import.meta.url);
  } catch (cause) {
    const remedy = 'give the address of switchboard-realtime/tabs-worker.js as `tabs: { worker }`';
    throw new Error(`this bundle does not know where its files are: ${remedy}`, { cause });
  }
}
