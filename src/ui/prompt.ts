import { interruption, wrongUsage } from '../failures/usage.ts';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { wrap } from '../text/lines.ts';
import type { Failure } from '../failures/failure.ts';

export type Prompt = {
  /** The answer, without spaces around it; the preset for an empty one. A terminal gets the question wrapped. */
  ask(question: string, preset?: string): Promise<string>;
  /** As `ask`, but nothing of the answer is shown. */
  secret(question: string): Promise<string>;
  /** Aborts on Ctrl-C, also while nothing is asked. */
  readonly interrupted: AbortSignal;
  close(): void;
};

export type PromptOptions = {
  stdin: NodeJS.ReadStream;
  /** Takes the questions, and on a terminal what is typed. */
  output: NodeJS.WriteStream;
  /** Ctrl-C that the terminal did not hand over as a key. */
  stopping: AbortSignal;
};

type Listening = { answer: (line: string) => void; fail: (error: Error) => void };

/**
 * Asks for one line after the other: on a terminal with editing, otherwise from whatever stdin is, line by line. What
 * comes before it is asked for waits unseen, so that several pasted lines are several answers.
 * `ask` and `secret` throw interrupted on Ctrl-C and Ctrl-D, usage when a pipe ends too early.
 */
export function createPrompt({ stdin, output, stopping }: PromptOptions): Prompt {
  const typing = stdin.isTTY;
  const interruption = new AbortController();
  const early: string[] = [];
  let listening: Listening | null = null;
  let shown = false;
  let ended = false;
  const lines = createInterface({
    input: stdin,
    output: screenOf(output, () => shown),
    terminal: typing,
    // Without a history no arrow key brings a token back.
    historySize: 0,
  });
  lines.on('line', (line) => {
    // At once: the rest of what was pasted may be a secret.
    shown = false;
    const asked = listening;
    listening = null;
    if (asked === null) early.push(line);
    else asked.answer(line);
  });
  lines.on('SIGINT', interrupt);
  lines.on('close', () => {
    ended = true;
    listening?.fail(endOfInput(typing, interruption.signal));
  });
  stopping.addEventListener('abort', interrupt);

  function interrupt(): void {
    interruption.abort();
    lines.close();
  }

  async function read(sentence: string, visible: boolean): Promise<string> {
    const question = fitted(sentence);
    const ready = early.shift();
    const typed = visible && typing && ready === undefined && !ended;
    if (typed) {
      // What was typed unseen stays unseen: it may be a token that came too early.
      lines.write(null, { ctrl: true, name: 'u' });
      shown = true;
      // As a prompt, so that editing redraws it.
      const last = question.lastIndexOf('\n') + 1;
      output.write(question.slice(0, last));
      lines.setPrompt(question.slice(last));
      lines.prompt();
    } else {
      lines.setPrompt('');
      output.write(question);
    }
    try {
      const line = ready ?? (await next());
      if (!typed) output.write('\n');
      return line.trim();
    } catch (error) {
      output.write('\n');
      throw error;
    }
  }

  /** With room for a short answer behind it. */
  function fitted(sentence: string): string {
    if (!output.isTTY || !output.columns) return sentence;
    return `${wrap(sentence.trimEnd(), output.columns - 2).join('\n')} `;
  }

  async function next(): Promise<string> {
    if (ended) throw endOfInput(typing, interruption.signal);
    return new Promise<string>((answer, fail) => {
      listening = { answer, fail };
    });
  }

  return {
    ask: async (question, preset = '') => (await read(question, true)) || preset,
    secret: (question) => read(question, false),
    interrupted: interruption.signal,
    close: () => lines.close(),
  };
}

/** The terminal as the editor of lines sees it: what it writes is dropped while nothing may be shown. */
function screenOf(output: NodeJS.WriteStream, shown: () => boolean): Writable {
  const screen = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (shown()) output.write(chunk);
      done();
    },
  });
  // Without it a long answer would be redrawn in the wrong place.
  return Object.defineProperty(screen, 'columns', { get: () => output.columns });
}

function endOfInput(typing: boolean, interrupted: AbortSignal): Failure {
  if (typing || interrupted.aborted) return interruption('gb2gl');
  const detail = 'the input ended before every question was answered; nothing was written';
  return wrongUsage('', { detail });
}

/** Asks what only a yes agrees to; everything else, an empty answer too, is a no. */
export async function saysYes(prompt: Prompt, question: string): Promise<boolean> {
  return /^y(es)?$/i.test(await prompt.ask(question));
}
