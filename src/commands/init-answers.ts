import { Config } from '../config/schema.ts';
import { MigrationError } from '../errors.ts';
import { lookAtSource, lookAtTarget, type SourceLook, type TargetLook } from '../run/first-look.ts';
import { parentMissing } from '../run/parent-missing.ts';
import type { Runtime } from '../runtime.ts';
import type { Target } from '../target/gitlab.ts';
import { askingServer, missingVariables, sides, sourceFound, targetFound } from '../ui/init-messages.ts';
import type { Prompt } from '../ui/prompt.ts';
import { askParent, pathOf } from './ask-parent.ts';
import { askServer, type ServerAnswers } from './ask-server.ts';
import type { World } from './world.ts';

/** What goes into the file, and what was found with it; a look is null when the server was not asked. */
export type InitAnswers = {
  source: ServerAnswers;
  target: ServerAnswers;
  parentGroup: string | null;
  looks: { source: SourceLook | null; target: TargetLook | null };
};

export type AnswerOptions = {
  world: World;
  say: (text: string) => void;
  parentGroup: string | undefined;
};

/** Asks a person, or the lines of a pipe. */
export async function answersOfPerson(
  prompt: Prompt,
  { world, say, parentGroup }: AnswerOptions,
): Promise<InitAnswers> {
  const { runtime, redactor } = world;
  const looking = stoppable(runtime, prompt.interrupted);
  const common = { env: runtime.env, prompt, redactor, say };
  const source = await askServer({
    ...common,
    side: sides.source,
    look: (answers) => lookAtSource(configOf(answers), looking, redactor),
    found: sourceFound,
  });
  const target = await askServer({
    ...common,
    side: sides.target,
    look: (answers) => lookAtTarget(configOf(answers), looking, redactor),
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
export async function answersOfEnvironment({ world, say, parentGroup }: AnswerOptions): Promise<InitAnswers> {
  const { runtime, redactor } = world;
  const looking = stoppable(runtime, runtime.stopping);
  const [source, target] = [fromVariables('source', runtime), fromVariables('target', runtime)];
  const unset = Object.values(sides)
    .flatMap(({ urlVariable, tokenVariable }) => [urlVariable, tokenVariable])
    .filter((name) => !runtime.env[name]);
  if (unset.length > 0) throw new MigrationError('usage', '', { detail: missingVariables(unset) });
  say(askingServer(sides.source, source.url));
  const sourceLook = await lookAtSource(configOf(source), looking, redactor);
  say(sourceFound(sourceLook));
  say(askingServer(sides.target, target.url));
  const found = await lookAtTarget(configOf(target), looking, redactor);
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
  return { url: env[urlVariable] ?? '', token: env[tokenVariable] || null, caFile: null };
}

/** A config in which these answers stand for whichever side is looked at. @throws config-invalid */
function configOf(answers: ServerAnswers): Config {
  const parsed = Config.safeParse({ source: answers, target: answers });
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map(({ message }) => `  - the address ${message}`)[0] ?? '';
  throw new MigrationError('config-invalid', answers.url, { where: 'the environment', count: 1, detail });
}

/** Nothing is half done by looking: the first Ctrl-C ends it. */
function stoppable(runtime: Runtime, stopped: AbortSignal): Runtime {
  return { ...runtime, aborting: AbortSignal.any([runtime.aborting, stopped]) };
}
