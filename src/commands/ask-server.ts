import { ServerUrl } from '../config/schema.ts';
import { hintOf, MigrationError, type ErrorCode } from '../errors.ts';
import type { Redactor } from '../net/redact.ts';
import {
  againQuestions,
  askingServer,
  leftUntested,
  tokenIsSet,
  tokenQuestion,
  urlQuestion,
  urlWrong,
  wrongAnswer,
  type Side,
} from '../ui/init-messages.ts';
import type { Prompt } from '../ui/prompt.ts';

export type ServerAnswers = { url: string; token: string | null; caFile: string | null };

export type AskServerOptions<Look> = {
  side: Side;
  env: Readonly<Record<string, string | undefined>>;
  prompt: Prompt;
  redactor: Redactor;
  say: (text: string) => void;
  /** Asks the server with these answers. */
  look: (answers: ServerAnswers) => Promise<Look>;
  found: (look: Look) => string;
};

/**
 * Asks for address and token of one server and tries them; what was wrong is told and asked again, until it is right or
 * the person leaves it. Gives a null look when the server was not reached with these answers.
 */
export async function askServer<Look>(
  options: AskServerOptions<Look>,
): Promise<{ answers: ServerAnswers; look: Look | null }> {
  const { side, env, prompt, say, look, found } = options;
  const preset = env[side.urlVariable] ?? '';
  const answers: ServerAnswers = {
    url: await askUrl(urlQuestion(side, preset), preset, options),
    token: env[side.tokenVariable] || null,
    caFile: null,
  };
  if (answers.token === null) answers.token = await askToken(tokenQuestion(side), options);
  else say(tokenIsSet(side));
  for (;;) {
    if (answers.token === null) break;
    say(askingServer(side, answers.url));
    try {
      const seen = await look(answers);
      say(found(seen));
      return { answers, look: seen };
    } catch (error) {
      if (!(error instanceof MigrationError) || prompt.interrupted.aborted) throw error;
      say(wrongAnswer(error.message, hintOf(error)));
      if (!(await askAgain(fieldOf(error.code), answers, options))) break;
    }
  }
  say(leftUntested(side));
  return { answers, look: null };
}

type Field = keyof ServerAnswers;

/** Puts another answer in the place of a wrong one; false when it is left. */
async function askAgain<Look>(
  field: Field,
  answers: ServerAnswers,
  options: AskServerOptions<Look>,
): Promise<boolean> {
  const question = againQuestions[field](options.side);
  const answer = await {
    url: () => askUrl(question, '', options, true),
    token: () => askToken(question, options),
    caFile: async () => (await options.prompt.ask(question)) || null,
  }[field]();
  if (answer === null || answer === '') return false;
  answers[field] = answer;
  return true;
}

/** The answer that an error of the first contact speaks against; the address where it does not tell. */
function fieldOf(code: ErrorCode): Field {
  if (code === 'tls-untrusted' || code === 'config-unreadable') return 'caFile';
  const token: ErrorCode[] = ['token-refused', 'token-scope', 'user-refused', 'git-token-refused'];
  return token.includes(code) ? 'token' : 'url';
}

/** An address of the form that the config takes; empty only when it may be left. */
async function askUrl<Look>(
  question: string,
  preset: string,
  { prompt, say }: AskServerOptions<Look>,
  mayLeave = false,
): Promise<string> {
  for (;;) {
    const answer = await prompt.ask(question, preset);
    if (answer === '' && mayLeave) return '';
    const parsed = ServerUrl.safeParse(answer);
    if (parsed.success) return parsed.data;
    say(urlWrong(parsed.error.issues[0]?.message ?? ''));
  }
}

async function askToken<Look>(
  question: string,
  { prompt, redactor }: AskServerOptions<Look>,
): Promise<string | null> {
  const token = await prompt.secret(question);
  redactor.add(token);
  return token || null;
}
