import {
  DefaultRenderer,
  Listr,
  ListrDefaultRendererLogLevels,
  ListrLogger,
  ProcessOutput,
  Spinner,
  type ListrTask,
  type ListrTaskWrapper,
} from 'listr2';
import type { Palette } from './terminal.ts';

type Painter = typeof DefaultRenderer;
export type Task = ListrTask<undefined, Painter, Painter>;
export type Wrapper = ListrTaskWrapper<undefined, Painter, Painter>;

/** Runs the tasks with listr2's painter on the given streams; `paint` is called before each repaint, ten times a second. */
export async function runPainted(
  tasks: Task[],
  options: { stdout: NodeJS.WriteStream; stderr: NodeJS.WriteStream; palette: Palette },
  paint: () => void,
): Promise<void> {
  const spinner = new Spinner();
  const start = spinner.start.bind(spinner);
  spinner.start = (repaint, interval) => {
    start(() => {
      paint();
      repaint?.();
    }, interval);
    // A picture of nothing that is under way must not keep the process going.
    (spinner as unknown as { id?: NodeJS.Timeout }).id?.unref();
  };
  const { green, red, yellow, cyan, dim } = options.palette;
  const level = ListrDefaultRendererLogLevels;
  const rendererOptions = {
    spinner,
    logger: new ListrLogger<ListrDefaultRendererLogLevels>({
      useIcons: true,
      toStderr: [],
      processOutput: new ProcessOutput(options.stdout, options.stderr),
    }),
    formatOutput: 'truncate' as const,
    collapseErrors: true,
    showErrorMessage: false,
    color: {
      [level.COMPLETED]: (text = '') => green(text),
      [level.COMPLETED_WITH_FAILED_SUBTASKS]: (text = '') => yellow(text),
      [level.FAILED]: (text = '') => red(text),
      [level.PENDING]: (text = '') => cyan(text),
      [level.WAITING]: (text = '') => dim(text),
      [level.OUTPUT]: (text = '') => dim(text),
    },
  };
  const list = new Listr<undefined, Painter, Painter>(tasks, {
    concurrent: false,
    exitOnError: false,
    registerSignalListeners: false,
    renderer: DefaultRenderer,
    rendererOptions,
    // The same painter again: the caller has decided, not the state of the process.
    fallbackRenderer: DefaultRenderer,
    fallbackRendererOptions: rendererOptions,
  });
  await list.run();
}

/** A promise that is settled from outside. */
export type Gate = { opened: Promise<void>; open(): void; break(why: Error): void };

/** Makes a closed gate. */
export function createGate(): Gate {
  const settle: { open?: () => void; fail?: (why: Error) => void } = {};
  const opened = new Promise<void>((resolve, reject) => {
    settle.open = resolve;
    settle.fail = reject;
  });
  // Broken before anybody waits: that alone must not end the process.
  opened.catch(() => {});
  return { opened, open: () => settle.open?.(), break: (why) => settle.fail?.(why) };
}
