import { useEffect, useState } from 'react';
import { Box, render, Text, useApp, useInput, useStdout } from 'ink';
import type { PlanName } from '../../inspector/model/limits.js';
import type { InspectedManager } from '../../inspector/model/source.js';
import { Watch, type ManagerView } from '../../inspector/model/watch.js';
import { TopView } from './topViews.js';

export interface TopScreen {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly manager: InspectedManager;
  readonly plan: PlanName;
  /** Grows. */
  readonly warnings: readonly string[];
  readonly signal: AbortSignal;
}

/** Draws until `q` is pressed or the signal fires. */
export async function showTop({ stdin, stdout, signal, ...rest }: TopScreen): Promise<void> {
  const app = render(<Top {...rest} />, { stdin, stdout, exitOnCtrlC: false, patchConsole: false });
  const end = (): void => {
    app.unmount();
  };
  signal.addEventListener('abort', end, { once: true });
  await app.waitUntilExit();
  signal.removeEventListener('abort', end);
}

/** The least time between two pictures. */
const DRAW_MS = 100;

type Props = Pick<TopScreen, 'manager' | 'plan' | 'warnings'>;

function Top({ manager, plan, warnings }: Props) {
  const { exit } = useApp();
  const { columns, rows } = useSize();
  const [isPaused, setPaused] = useState(false);
  const view = useWatched(manager, isPaused);
  useInput((input, key) => {
    // In raw mode the terminal makes no signal of it.
    if (input === 'q' || (key.ctrl && input === 'c')) exit();
    if (input === 'r') manager.reconnectAll();
    if (input === 'p') setPaused(!isPaused);
  });
  return (
    <Box flexDirection="column" width={columns} height={Math.max(8, rows - 1)} overflow="hidden">
      {view === null ? <Text>Loading.</Text> : <TopView view={view} plan={plan} isPaused={isPaused} width={columns} />}
      <Box flexGrow={1} />
      {warnings.slice(-1).map((warning) => (
        <Text key={warning} color="yellow" wrap="truncate">
          {warning}
        </Text>
      ))}
      <Text dimColor>r reconnect · p {isPaused ? 'go on' : 'pause'} · q end</Text>
    </Box>
  );
}

/** The newest of the manager, drawn at most ten times a second. */
function useWatched(manager: InspectedManager, isPaused: boolean): ManagerView | null {
  const [view, setView] = useState<ManagerView | null>(null);
  useEffect(() => {
    if (isPaused) return undefined;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const draw = (): void => {
      timer ??= setTimeout(() => {
        timer = null;
        setView(watch.view());
      }, DRAW_MS);
    };
    const watch = new Watch(manager, draw);
    watch.start();
    draw();
    return () => {
      if (timer !== null) clearTimeout(timer);
      watch.stop();
    };
  }, [manager, isPaused]);
  return view;
}

/** Of the terminal, also when it changes. */
function useSize(): { columns: number; rows: number } {
  const { stdout } = useStdout();
  const [size, setSize] = useState({ columns: stdout.columns, rows: stdout.rows });
  useEffect(() => {
    const resized = (): void => {
      setSize({ columns: stdout.columns, rows: stdout.rows });
    };
    stdout.on('resize', resized);
    return () => {
      stdout.off('resize', resized);
    };
  }, [stdout]);
  return size;
}
