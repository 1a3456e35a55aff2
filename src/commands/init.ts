import { configExists } from '../failures/usage.ts';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { usualConfig } from '../config/load.ts';
import { addressIn } from '../config/schema.ts';
import { configText, schemaReference, writeConfig } from '../config/write.ts';
import type { CommonOptions, Environment } from '../environment.ts';

import type { ExitCode } from '../model/result.ts';
import { hang } from '../text/lines.ts';
import {
  initEnd,
  initIntro,
  nothingWritten,
  replaceQuestion,
  sides,
  type Written,
} from '../ui/init-messages.ts';
import { createPrompt, saysYes } from '../ui/prompt.ts';
import { answersOfEnvironment, answersOfPerson, type InitAnswers } from './ask-servers.ts';

export type InitOptions = CommonOptions & { yes?: boolean; force?: boolean; parentGroup?: string };

/** `gb2gl init`: asks for both servers, tries the answers, writes a config file without secrets. */
export async function initCommand(options: InitOptions, environment: Environment): Promise<ExitCode> {
  const { runtime, redactor, stdin, stdout, stderr } = environment;
  const output = options.json ? stderr : stdout;
  const width = output.isTTY ? output.columns : Infinity;
  const say = (text: string): void => void output.write(redactor.scrub(hangLines(text, width)));
  const name = options.config ?? usualConfig;
  const file = resolve(runtime.cwd, name);
  const there = await isThere(file);
  const asked = { environment, say, parentGroup: options.parentGroup };
  if (options.yes) {
    if (there && !options.force) throw configExists(file);
    await write(file, await answersOfEnvironment(asked), there, options, environment, say);
    return 0;
  }
  const prompt = createPrompt({ stdin, output, stopping: runtime.stopping });
  try {
    say(initIntro);
    if (there && !options.force && !(await saysYes(prompt, replaceQuestion(name)))) {
      say(nothingWritten);
      if (options.json) stdout.write(`${JSON.stringify({ version: 1, command: 'init', file: null })}\n`);
      return 0;
    }
    await write(file, await answersOfPerson(prompt, asked), there, options, environment, say);
    return 0;
  } finally {
    prompt.close();
  }
}

/** Every line behind its own indentation; commands stay whole. */
function hangLines(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const [, lead = '', rest = ''] = /^([ →]*)(.*)$/.exec(line) ?? [];
      return hang(lead, rest, /^(?:gb2gl|export|unset) /.test(rest) ? Infinity : width);
    })
    .join('\n');
}

async function write(
  file: string,
  { source, target, parentGroup, looks }: InitAnswers,
  replace: boolean,
  options: InitOptions,
  { runtime, redactor, stdout, schemaFile }: Environment,
  say: (text: string) => void,
): Promise<void> {
  const schema = schemaFile === null ? null : schemaReference(file, schemaFile);
  const text = configText({ source, target: { ...target, parentGroup }, schema });
  await writeConfig(file, text, { replace });
  say(
    initEnd({
      file: options.config ?? usualConfig,
      named: options.config !== undefined,
      ...comparedWith(runtime.env, { source, target }),
    }),
  );
  if (!options.json) return;
  const document = {
    version: 1,
    command: 'init',
    file,
    source: { url: source.url, found: looks.source },
    target: { url: target.url, parentGroup, found: looks.target },
  };
  stdout.write(`${redactor.scrub(JSON.stringify(document))}\n`);
}

/** Where the environment says something else than the answers. */
function comparedWith(
  env: Environment['runtime']['env'],
  answers: Pick<InitAnswers, 'source' | 'target'>,
): Pick<Written, 'tokens' | 'overruling'> {
  const both = [
    { ...sides.source, ...answers.source },
    { ...sides.target, ...answers.target },
  ];
  return {
    tokens: both
      .filter(({ tokenVariable, token }) => !env[tokenVariable] || env[tokenVariable] !== token)
      .map(({ tokenVariable }) => tokenVariable),
    overruling: both
      .filter(({ urlVariable, url }) => addressIn(env[urlVariable] || url) !== url)
      .map(({ urlVariable }) => urlVariable),
  };
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
