import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createGitLab, type EmbeddedGitLab } from '../../sandbox/gitlab.ts';
import { gitEnvironment } from '../../sandbox/git-environment.ts';
import { stepsOf, type Step } from './questions.ts';

/** One question, with what the real server and the embedded one said to it. */
export type Outcome = {
  name: string;
  real: number;
  /** Why the real server refused. */
  message: string;
  embedded: number;
  text: string;
};

type Answer = { status: number; text: string };

type World = {
  gitlab: EmbeddedGitLab;
  folder: string;
  /** Answers by name; a commit is its id. */
  kept: Map<string, unknown>;
};

const person = { name: 'P', email: 'p@example.test', date: '2026-01-01T00:00:00Z' };

/** Asks a new embedded GitLab what a real one was asked; its background jobs run only where the section waits. */
export async function replay(section: string): Promise<Outcome[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gb2gl-fidelity-'));
  const gitlab = await createGitLab({
    dir: join(folder, 'gitlab'),
    version: '18.9.0',
    settings: { asyncDelayMs: 600_000, memberLateness: 1000 },
  });
  const world: World = { gitlab, folder, kept: new Map([['admin', gitlab.token('root')]]) };
  const outcomes: Outcome[] = [];
  try {
    for (const step of stepsOf(section)) {
      const { status, text } = await carryOut(world, step);
      const { name, status: real, message = '' } = step;
      if (name !== undefined && real !== undefined)
        outcomes.push({ name, real, message, embedded: status, text });
    }
    return outcomes;
  } finally {
    await gitlab.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function carryOut(world: World, step: Step): Promise<Answer> {
  if (step.wait) await world.gitlab.settle();
  if (step.commit !== undefined) return commit(world, step, step.commit);
  if (step.git) {
    const args = step.git.flatMap((each) => numbered(fill(world, each)));
    return git(world, args, step.in ?? '.', step.input);
  }
  if (step.ask === undefined && step.web === undefined) return { status: 0, text: '' };
  let answer = await request(world, step);
  // More than any limit that a section meets.
  for (let i = 0; i < 100 && step.until !== undefined && answer.status !== step.until; i += 1) {
    answer = await request(world, step);
  }
  return answer;
}

async function request(world: World, step: Step): Promise<Answer> {
  const { gitlab, kept } = world;
  const [method = '', path = ''] = (step.ask ?? step.web ?? '').split(/ (.*)/s);
  const headers = new Headers();
  const token = step.by === null ? null : (step.by ?? 'admin');
  const password = token === null ? null : (value(kept, token) ?? token);
  if (password !== null && step.ask !== undefined) headers.set('private-token', password);
  if (password !== null && step.web !== undefined) {
    headers.set('authorization', basic(`${step.user ?? 'oauth2'}:${password}`));
  }
  if (step.sudo !== undefined) headers.set('sudo', fill(world, step.sudo));
  for (const [name, given] of Object.entries(step.headers ?? {})) {
    const filled = fill(world, given);
    if (name === 'basic') headers.set('authorization', basic(filled));
    else headers.set(name, filled);
  }
  const body = bodyOf(world, step);
  if (typeof body === 'string') headers.set('content-type', step.type ?? 'application/json');
  const base = step.ask === undefined ? gitlab.url : `${gitlab.url}/api/v4`;
  const answer = await fetch(base + fill(world, path, encodeURIComponent), {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  if (step.as !== undefined) kept.set(step.as, parsed(text));
  return { status: answer.status, text };
}

function bodyOf(world: World, step: Step): string | FormData | undefined {
  if (step.text !== undefined) return fill(world, step.text);
  if (step.body !== undefined) return JSON.stringify(filled(world, step.body));
  if (!step.form) return undefined;
  const form = new FormData();
  for (const [name, field] of Object.entries(step.form)) {
    if (typeof field === 'string') {
      form.append(name, fill(world, field));
      continue;
    }
    const { text, base64, padding } = field;
    const parts = [text, Buffer.from(base64, 'base64'), Buffer.alloc(padding)];
    form.append(name, new Blob(parts, { type: field.type }), field.name);
  }
  return form;
}

async function commit(world: World, step: Step, path: string): Promise<Answer> {
  const [repository = '', file = ''] = path.split(/\/(.*)/s);
  const inside = join(world.folder, repository);
  await mkdir(dirname(join(inside, file)), { recursive: true });
  await git(world, ['init', '-q', '-b', step.branch ?? 'main', '.'], repository);
  const content = step.random === undefined ? fill(world, step.text ?? '') : randomBytes(step.random);
  await writeFile(join(inside, file), content);
  await git(world, ['add', '-A'], repository);
  await git(world, ['commit', '-q', '-m', file], repository);
  if (step.as !== undefined) {
    const { text } = await git(world, ['rev-parse', 'HEAD'], repository);
    world.kept.set(step.as, text.trim());
  }
  return { status: 0, text: '' };
}

function git(world: World, args: string[], inside: string, input?: string): Promise<Answer> {
  const env = gitEnvironment([], {
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: person.name,
    GIT_AUTHOR_EMAIL: person.email,
    GIT_AUTHOR_DATE: person.date,
    GIT_COMMITTER_NAME: person.name,
    GIT_COMMITTER_EMAIL: person.email,
    GIT_COMMITTER_DATE: person.date,
  });
  return new Promise((resolve) => {
    const child = execFile('git', args, { cwd: join(world.folder, inside), env }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, text: stdout + stderr }),
    );
    if (input !== undefined) child.stdin?.end(Buffer.from(input, 'base64'));
  });
}

/** Puts the values in; in paths they are encoded. */
function fill(world: World, text: string, encode: (value: string) => string = String): string {
  const { gitlab, kept } = world;
  return text
    .replaceAll(/\{git(?: ([\w.]+))?\}/g, (_, name = 'admin') =>
      gitlab.url.replace('://', `://oauth2:${value(kept, name) ?? ''}@`),
    )
    .replaceAll(/\{\+(\d+)d\}/g, (_, days) => dayIn(Number(days)))
    .replaceAll(/\{(.)\*(\d+)\}/gu, (_, char: string, times) => encode(char).repeat(Number(times)))
    .replaceAll(/\{([a-z]\w*(?:\.\w+)*)\}/g, (_, name: string) => encode(value(kept, name) ?? `no-${name}`));
}

function filled(world: World, body: unknown): unknown {
  if (typeof body === 'string') {
    const text = fill(world, body);
    // An id alone is a number.
    return /^\{\w+\}$/.test(body) && /^\d+$/.test(text) ? Number(text) : text;
  }
  if (Array.isArray(body)) return body.map((each) => filled(world, each));
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([key, each]) => [key, filled(world, each)]));
}

/** `a{0000..0002}` is three arguments. */
function numbered(text: string): string[] {
  const match = /^(.*)\{(\d+)\.\.(\d+)\}(.*)$/s.exec(text);
  if (!match) return [text];
  const [, before = '', first = '', last = '', after = ''] = match;
  const count = Number(last) - Number(first) + 1;
  return Array.from(
    { length: count },
    (_, i) => `${before}${String(Number(first) + i).padStart(first.length, '0')}${after}`,
  );
}

function value(kept: ReadonlyMap<string, unknown>, name: string): string | null {
  const [first = '', ...fields] = name.split('.');
  let found = kept.get(first);
  if (typeof found === 'object' && fields.length === 0) fields.push('id');
  for (const field of fields) found = (found as Record<string, unknown> | null | undefined)?.[field];
  return typeof found === 'string' || typeof found === 'number' ? String(found) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function basic(pair: string): string {
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function dayIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
