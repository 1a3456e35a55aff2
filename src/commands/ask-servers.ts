import { configInvalid, wrongUsage } from '../failures/usage.ts';
import { addressIn, Config, ServerUrl } from '../config/schema.ts';
import { Token, withoutInvisibleEnds } from '../config/token.ts';
import {
  parentMissing,
  probeSource,
  probeTarget,
  type SourceProbe,
  type TargetProbe,
} from '../engine/connect.ts';
import type { Runtime, Environment } from '../environment.ts';
import { Failure } from '../failures/failure.ts';
import type { Target } from '../model/target.ts';
import type { Redactor } from '../net/redact.ts';
import {
  askingServer,
  missingVariables,
  sides,
  sourceFound,
  targetFound,
  againQuestions,
  leftUntested,
  noScheme,
  tokenIsSet,
  tokenQuestion,
  urlNeeded,
  urlQuestion,
  tokenWrong,
  urlWrong,
  wrongAnswer,
  type Side,
  parentAgainQuestion,
  parentFound,
  parentQuestion,
} from '../ui/init-messages.ts';
import type { Prompt } from '../ui/prompt.ts';

/** What goes into the file, and what was found with it; a look is null when the server was not asked. */
export type InitAnswers = {
  source: ServerAnswers;
  target: ServerAnswers;
  parentGroup: string | null;
  looks: { source: SourceProbe | null; target: TargetProbe | null };
};

export type AnswerOptions = {
  environment: Environment;
  say: (text: string) => void;
  parentGroup: string | undefined;
};

/** Asks a person, or the lines of a pipe. */
export async function answersOfPerson(
  prompt: Prompt,
  { environment, say, parentGroup }: AnswerOptions,
): Promise<InitAnswers> {
  const { runtime, redactor } = environment;
  const looking = stoppable(runtime, prompt.interrupted);
  const common = { env: runtime.env, prompt, redactor, say };
  const source = await askServer({
    ...common,
    side: sides.source,
    look: (answers) => probeSource(configOf(answers), looking, redactor),
    found: sourceFound,
  });
  const target = await askServer({
    ...common,
    side: sides.target,
    look: (answers) => probeTarget(configOf(answers), looking, redactor),
    found: ({ look }) => targetFound(look),
  });
  const given = parentGroup;
  const parent = await askParent({ prompt, say, target: target.look?.target ?? null, given });
  return {
    source: source.answers,
    target: target.answers,
    parentGroup: parent,
    looks: { source: source.look, target: target.look?.look ?? null },
  };
}

/**
 * Takes everything from the four variables and demands that it is right.
 * @throws usage when one is not set, parent-group-missing, and what connecting throws
 */
export async function answersOfEnvironment({
  environment,
  say,
  parentGroup,
}: AnswerOptions): Promise<InitAnswers> {
  const { runtime, redactor } = environment;
  const looking = stoppable(runtime, runtime.stopping);
  const [source, target] = [fromVariables('source', runtime), fromVariables('target', runtime)];
  const unset = Object.values(sides)
    .flatMap(({ urlVariable, tokenVariable }) => [urlVariable, tokenVariable])
    .filter((name) => !runtime.env[name]);
  if (unset.length > 0) throw wrongUsage('', { detail: missingVariables(unset) });
  say(askingServer(sides.source, source.url));
  const sourceLook = await probeSource(configOf(source), looking, redactor);
  say(sourceFound(sourceLook));
  say(askingServer(sides.target, target.url));
  const found = await probeTarget(configOf(target), looking, redactor);
  say(targetFound(found.look));
  const parent = await demandParent(parentGroup, found.target);
  return { source, target, parentGroup: parent, looks: { source: sourceLook, target: found.look } };
}

async function demandParent(given: string | undefined, target: Target): Promise<string | null> {
  const path = pathOf(given ?? '');
  if (path === '') return null;
  const group = await target.findGroup(path);
  if (group === null) throw await parentMissing(target, path);
  return group.fullPath;
}

function fromVariables(name: keyof typeof sides, { env }: Runtime): ServerAnswers {
  const { urlVariable, tokenVariable } = sides[name];
  return { url: addressIn(env[urlVariable] ?? ''), token: env[tokenVariable] || null, caFile: null };
}

/** A config in which these answers stand for whichever side is looked at. @throws config-invalid */
function configOf(answers: ServerAnswers): Config {
  const parsed = Config.safeParse({ source: answers, target: answers });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const what = issue?.path[1] === 'token' ? 'the token:' : 'the URL';
  throw configInvalid(answers.url, {
    where: 'the environment',
    count: 1,
    detail: `  - ${what} ${issue?.message ?? ''}`,
  });
}

/** Nothing is half done by looking: the first Ctrl-C ends it. */
function stoppable(runtime: Runtime, stopped: AbortSignal): Runtime {
  return { ...runtime, aborting: AbortSignal.any([runtime.aborting, stopped]) };
}

type ServerAnswers = { url: string; token: string | null; caFile: string | null };

type AskServerOptions<Look> = {
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
async function askServer<Look>(
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
      if (!(error instanceof Failure) || prompt.interrupted.aborted) throw error;
      say(wrongAnswer(error.message, error.notice.fix));
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
function fieldOf(code: string): Field {
  if (code === 'tls-untrusted' || code === 'ca-unusable') return 'caFile';
  const token: readonly string[] = ['token-refused', 'token-scope', 'user-refused', 'git-token-refused'];
  return token.includes(code) ? 'token' : 'url';
}

/** An address of the form that the config takes; empty only when it may be left. */
async function askUrl<Look>(
  question: string,
  preset: string,
  { prompt, say, side }: AskServerOptions<Look>,
  mayLeave = false,
): Promise<string> {
  for (;;) {
    const answer = await prompt.ask(question, preset);
    if (answer === '' && mayLeave) return '';
    const parsed = ServerUrl.safeParse(answer);
    if (parsed.success) return parsed.data;
    if (answer === '') say(urlNeeded(side));
    else say(urlWrong(hasScheme(answer) ? (parsed.error.issues[0]?.message ?? '') : noScheme));
  }
}

/** `localhost:8080` has none, though a URL may begin like that. */
function hasScheme(address: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/\//i.test(address);
}

async function askToken<Look>(
  question: string,
  { prompt, redactor, say }: AskServerOptions<Look>,
): Promise<string | null> {
  for (;;) {
    const typed = await prompt.secret(question);
    redactor.add(withoutInvisibleEnds(typed));
    if (typed === '') return null;
    const parsed = Token.safeParse(typed);
    if (parsed.success) return parsed.data;
    say(tokenWrong(parsed.error.issues[0]?.message ?? ''));
  }
}

type AskParentOptions = {
  prompt: Prompt;
  say: (text: string) => void;
  /** Null when GitLab could not be asked. */
  target: Target | null;
  /** What the command line says already. */
  given: string | undefined;
};

/**
 * Asks for the group below which everything is created, and looks for it; the full path with GitLab's letter case, or
 * null for the top level. A group that is not there is taken when it is named twice: it may be made later.
 */
async function askParent({ prompt, say, target, given }: AskParentOptions): Promise<string | null> {
  let question = parentQuestion;
  let before: string | null = null;
  let ready = given;
  for (;;) {
    const path = pathOf(ready ?? (await prompt.ask(question)));
    ready = undefined;
    if (path === '') return null;
    if (target === null || path === before) return path;
    const group = await target.findGroup(path);
    if (group !== null) {
      say(parentFound(group.fullPath, group.canCreateProjects));
      return group.fullPath;
    }
    const missing = await parentMissing(target, path);
    say(wrongAnswer(missing.message, missing.notice.fix));
    before = path;
    question = parentAgainQuestion;
  }
}

/** `/a/b/` as people copy it out of an address. */
function pathOf(text: string): string {
  return text.replaceAll(/^\/+|\/+$/g, '');
}
