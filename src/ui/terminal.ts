import colors from 'picocolors';
import type { RunEvent } from '../model/events.ts';
import { createPlain } from './plain.ts';

export type TerminalOptions = {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  env: Readonly<Record<string, string | undefined>>;
  now: () => number;
  json: boolean;
  quiet: boolean;
  verbose: boolean;
  /** False after `--no-color`. */
  color: boolean;
  slots: number;
};

export type Terminal = {
  kind: 'live' | 'plain';
  palette: Palette;
  columns(): number;
  /** Writes a text for people; with `--json` stdout stays free for the document. */
  write(text: string): void;
  handle(event: RunEvent): void;
  stop(): Promise<void>;
};

const usualColumns = 80;

/** Picks the way of telling people what happens, from what the terminal can do and what was asked for. */
export async function chooseTerminal(options: TerminalOptions): Promise<Terminal> {
  const stream = options.json ? options.stderr : options.stdout;
  const columns = (): number => (stream.isTTY ? stream.columns : usualColumns) || usualColumns;
  const palette = createPalette(wantsColor(options, stream));
  const common = { palette, columns, write: (text: string) => void stream.write(text) };
  if (!wantsLive(options)) {
    const { now, verbose, quiet } = options;
    const handle = createPlain({ write: common.write, now, verbose, quiet });
    return { ...common, kind: 'plain', handle, stop: () => Promise.resolve() };
  }
  // Loaded only when it is used: it is the largest module of the terminal.
  const { createLive } = await import('./live.ts');
  const { stdout, stderr, now, slots } = options;
  return { ...common, kind: 'live', ...createLive({ stdout, stderr, columns, now, slots, palette }) };
}

/** A picture that moves needs a real terminal with a person in front of it. */
function wantsLive(options: Pick<TerminalOptions, 'stdout' | 'env' | 'json' | 'quiet' | 'verbose'>): boolean {
  const { stdout, env, json, quiet, verbose } = options;
  if (json || quiet || verbose) return false;
  return stdout.isTTY && !isSet(env['CI']) && env['TERM'] !== 'dumb';
}

/** See https://no-color.org: any value that is not empty switches colours off. */
function wantsColor(options: Pick<TerminalOptions, 'env' | 'color'>, stream: { isTTY?: boolean }): boolean {
  const { env, color } = options;
  if (!color || (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

export type Palette = ReturnType<typeof colors.createColors>;

/** Colours, or the same functions doing nothing. */
export function createPalette(enabled: boolean): Palette {
  return colors.createColors(enabled);
}
