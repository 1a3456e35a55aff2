import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** What CONTRIBUTING.md and docs/design.md promise about the source, read from its text. */

const root = join(import.meta.dirname, '../..');

type File = { path: string; text: string; code: string };
type Import = { from: string; to: string; typeOnly: boolean };
/** What was found, by the key under which it may be excepted. */
type Found = { key: string; shown: string };

const files = ['src', 'sandbox', 'test', 'bench', 'scripts'].flatMap((folder) => filesBelow(folder));
const source = files.filter(({ path }) => path.startsWith('src/'));
const imports = files.flatMap((file) => importsOf(file));

function filesBelow(folder: string): File[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const path = `${folder}/${name}`;
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, code: withoutComments(text) };
    });
}

/** The lines stay where they are. */
function withoutComments(text: string): string {
  return text
    .replaceAll(/^[ \t]*\/\*[^]*?\*\//gm, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}

function importsOf({ path, code }: File): Import[] {
  const statement =
    /^(?:import|export)\s(?<names>[^;'"]*?)\bfrom '(?<name>[^']+)'|^import '(?<effect>[^']+)'|\bimport\('(?<late>[^']+)'\)/gm;
  return [...code.matchAll(statement)].map(({ groups = {} }) => {
    const name = groups['name'] ?? groups['effect'] ?? groups['late'] ?? '';
    const to = name.startsWith('.') ? join(dirname(path), name) : name;
    return { from: path, to, typeOnly: /^type\b/.test(groups['names'] ?? '') };
  });
}

/** The folder of src; what decides in a folder that also does I/O is a folder of its own. */
function roomOf(path: string): string {
  if (path.startsWith('src/gitlab/rules/')) return 'gitlab/rules';
  if (path.startsWith('src/tracker/texts/')) return 'tracker/texts';
  const [top = '', room = ''] = path.split('/');
  return top === 'src' ? room : top;
}

/** Files of src with an import of that kind. */
function importersOf(wanted: (each: Import) => boolean): string[] {
  const found = imports.filter((each) => each.from.startsWith('src/') && wanted(each));
  return [...new Set(found.map(({ from }) => from))];
}

/** Lines of src that the pattern matches; the key is the file and the match. */
function linesWith(pattern: RegExp): Found[] {
  return source.flatMap(({ path, code }) =>
    code.split('\n').flatMap((line, index) =>
      [...line.matchAll(pattern)].map(([match]) => ({
        key: `${path}: ${match.trim()}`,
        shown: `${path}:${index + 1}: ${line.trim()}`,
      })),
    ),
  );
}

/** What is found beside the exceptions, and the exceptions that nothing needs. */
function unexpected(found: readonly Found[], exceptions: Readonly<Record<string, string>> = {}): string[] {
  const keys = new Set(found.map(({ key }) => key));
  return [
    ...found.filter(({ key }) => !(key in exceptions)).map(({ shown }) => shown),
    ...Object.keys(exceptions)
      .filter((key) => !keys.has(key))
      .map((key) => `not needed: ${key}`),
  ];
}

describe('imports', () => {
  /** What each folder of src may import beside itself. */
  const mayImport: Readonly<Record<string, readonly string[]>> = {
    text: [],
    model: [],
    failures: ['model'],
    net: ['text', 'model', 'failures'],
    'environment.ts': ['net'],
    config: ['text', 'failures', 'tracker/texts'],
    journal: ['text', 'model', 'failures'],
    git: ['text', 'model', 'failures', 'net', 'environment.ts'],
    'gitlab/rules': ['text', 'model'],
    gitlab: ['text', 'model', 'failures', 'net', 'git'],
    gitbucket: ['text', 'model', 'failures', 'net', 'git'],
    'tracker/texts': [],
    plan: ['text', 'model', 'failures', 'config', 'journal', 'gitlab/rules'],
    transfer: ['text', 'model', 'failures', 'environment.ts', 'git'],
    carrier: ['text', 'model', 'failures', 'config', 'environment.ts', 'git', 'transfer', 'lfs'],
    // From the source's words for a tracker to what GitLab imports; of I/O, only the files of an archive.
    tracker: ['model', 'tracker/texts'],
    // Pointers of LFS in the mirror: steps move what they name, and the inspection, which knows the steps, counts them.
    lfs: ['model', 'failures', 'git', 'transfer'],
    steps: [
      'text',
      'model',
      'failures',
      'config',
      'environment.ts',
      'journal',
      'gitlab/rules',
      'plan',
      'transfer',
      'lfs',
      'tracker',
      'tracker/texts',
    ],
    engine: [
      'text',
      'model',
      'failures',
      'net',
      'config',
      'environment.ts',
      'journal',
      'gitbucket',
      'gitlab',
      'carrier',
      'plan',
      'transfer',
      'lfs',
      'steps',
    ],
    inspect: [
      'text',
      'model',
      'failures',
      'config',
      'environment.ts',
      'git',
      'gitlab/rules',
      'plan',
      'transfer',
      'lfs',
      'steps',
    ],
    rewrite: ['text', 'model', 'failures', 'git', 'gitlab/rules', 'transfer'],
    doctor: ['text', 'model', 'failures', 'net', 'config', 'journal', 'git', 'gitlab'],
    rehearse: [
      'text',
      'model',
      'failures',
      'net',
      'config',
      'environment.ts',
      'journal',
      'git',
      'gitlab',
      'gitlab/rules',
      'plan',
      'transfer',
      'steps',
      'engine',
      'sandbox',
    ],
    ui: ['text', 'model', 'failures', 'doctor', 'engine'],
    report: ['text', 'model', 'failures', 'net', 'gitlab/rules', 'ui'],
    commands: [
      'text',
      'model',
      'failures',
      'net',
      'config',
      'environment.ts',
      'journal',
      'carrier',
      'plan',
      'transfer',
      'lfs',
      'steps',
      'engine',
      'inspect',
      'rewrite',
      'doctor',
      'rehearse',
      'ui',
      'report',
      'sandbox',
    ],
    'program.ts': ['model', 'environment.ts', 'commands'],
    'cli.ts': ['model', 'net', 'environment.ts', 'commands', 'program.ts'],
    sandbox: [],
  };
  const remote = 'the type of a repository as git reaches it: half of what a server is';
  const exceptions = {
    'src/model/source.ts → src/git/remote.ts': remote,
    'src/model/target.ts → src/git/remote.ts': remote,
    'src/model/source.ts → src/failures/failure.ts': 'the type of what could not be read',
    'src/ui/terminal.ts → src/report/result.ts': 'terminal and reports count a result in one way',
  };
  const crossing = imports
    .filter(({ from, to }) => /^(?:src|sandbox)\//.test(from) && /^(?:src|sandbox)\//.test(to))
    .filter(({ from, to }) => roomOf(from) !== roomOf(to));

  test('between folders point one way only', () => {
    const wrong = crossing
      .filter(({ from, to }) => !mayImport[roomOf(from)]?.includes(roomOf(to)))
      .map(({ from, to }) => `${from} → ${to}`);
    expect(
      unexpected(
        wrong.map((key) => ({ key, shown: key })),
        exceptions,
      ),
    ).toEqual([]);
  });

  test('use every arrow that they may', () => {
    const used = new Set(crossing.map(({ from, to }) => `${roomOf(from)} → ${roomOf(to)}`));
    const allowed = Object.entries(mayImport).flatMap(([from, all]) => all.map((to) => `${from} → ${to}`));
    expect(allowed.filter((arrow) => !used.has(arrow))).toEqual([]);
  });

  test('may not lead from a folder back to it', () => {
    const reached = (from: string, seen = new Set<string>()): Set<string> => {
      for (const to of mayImport[from] ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        reached(to, seen);
      }
      return seen;
    };
    expect(Object.keys(mayImport).filter((room) => reached(room).has(room))).toEqual([]);
  });

  test('lead from what decides to nothing that does I/O', () => {
    const pure = new Set(['plan', 'gitlab/rules', 'tracker/texts', 'model', 'text']);
    const markdown = [
      'micromark',
      'micromark-extension-gfm-table',
      'micromark-extension-gfm-autolink-literal',
    ];
    // papaparse and micromark are given texts only.
    const harmless = new Set(['zod', 'node:crypto', 'papaparse', ...markdown]);
    const reached = new Map(
      source.filter(({ path }) => pure.has(roomOf(path))).map(({ path }) => [path, path]),
    );
    const impure: string[] = [];
    for (const [path, way] of reached) {
      for (const { to } of imports.filter(({ from, typeOnly }) => from === path && !typeOnly)) {
        if (to.endsWith('.ts')) reached.set(to, reached.get(to) ?? `${way} → ${to}`);
        else if (!harmless.has(to)) impure.push(`${way} → ${to}`);
      }
    }
    expect(impure).toEqual([]);
    expect(reached.size).toBeGreaterThan(25);
  });

  test('know GitBucket in one place, and GitLab in that and where a rehearsal has one of its own', () => {
    const ofGitBucket = importersOf(
      ({ from, to }) => roomOf(to) === 'gitbucket' && roomOf(from) !== 'gitbucket',
    );
    const ofGitLab = importersOf(({ to, typeOnly }) => to === 'src/gitlab/target.ts' && !typeOnly);
    expect(ofGitBucket).toEqual(['src/engine/connect.ts']);
    expect(ofGitLab.toSorted()).toEqual(['src/engine/connect.ts', 'src/rehearse/stage.ts']);
  });

  test('meet each embedded server in its one public file', () => {
    const inside = /^sandbox\/(gitbucket|gitlab)\//;
    const wrong = imports.filter(({ from, to }) => {
      const server = inside.exec(to)?.[1];
      return (
        server !== undefined && from !== `sandbox/${server}.ts` && !from.startsWith(`sandbox/${server}/`)
      );
    });
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });
});

test('the clock, chance and the process are touched in cli.ts only', () => {
  const world =
    /\bprocess\.|\bDate\.now\b|\bnew Date\(\)|\bset(?:Timeout|Interval)\b|\bAbortSignal\.timeout\b|\bMath\.random\b|\brandom(?:Bytes|UUID|Int)\b|\bperformance\.|'node:(?:process|perf_hooks|os)'/g;
  const found = linesWith(world).filter(({ key }) => !key.startsWith('src/cli.ts: '));
  expect(
    unexpected(found, {
      'src/net/stream.ts: setTimeout':
        'one for each chunk: the sleep of the runtime costs more than the chunk; and one for each request',
      'src/net/transport.ts: setTimeout':
        'what has no connection yet is bounded, whatever becomes of the event loop',
      'src/git/run.ts: setInterval': 'looks whether git still moves for as long as it runs, stopped or not',
      'src/net/tunnel.ts: setTimeout': 'the pause before a proxy is asked for a tunnel again',
      'src/net/whose.ts: AbortSignal.timeout': 'how long a body is read of which an excerpt is enough',
      'src/engine/in-slices.ts: performance.':
        'measures how long other work has waited, whatever the clock says',
      'src/report/write.ts: randomBytes': 'the name of a file that is there for a moment only',
      'src/report/page/elements.ts: setTimeout': 'runs in a browser',
    }),
  ).toEqual([]);
});

test('there are no classes but errors, no enums, no default exports', () => {
  expect(unexpected(linesWith(/\bexport default\b|^\s*(?:export |declare |const )*enum \w+/g))).toEqual([]);
  expect(
    unexpected(linesWith(/^\s*(?:export |abstract )*class \w+\b(?! extends Error\b)|[=(] *class\b/g)),
  ).toEqual([]);
});

test('constants are written like all other names', () => {
  expect(unexpected(linesWith(/\b(?:const|let) [A-Z][A-Z\d_]+\b/g))).toEqual([]);
});

test('no file of src has more than 250 lines', () => {
  const long = source
    .map(({ path, text }) => ({ key: path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > 250);
  expect(
    unexpected(
      long.map(({ key, lines }) => ({ key, shown: `${key}: ${lines} lines` })),
      {
        'src/commands/ask-servers.ts': 'one conversation, a question after the other',
        'src/report/page/list.ts': 'one table with its search, filters and order, which share their state',
      },
    ),
  ).toEqual([]);
});

test('the name of a file says what is in it', () => {
  const empty = /^(?:utils?|helpers?|managers?|services?|common|misc|shared|lib|types|constants)$/;
  const paths = source.map(({ path }) => path);
  expect(paths.filter((path) => wordsOf(path).some((word) => empty.test(word)))).toEqual([]);
});

function wordsOf(path: string): string[] {
  return path.replace(/\.ts$/, '').split(/[/.-]/);
}

test('every step that is written is in the list of steps', async () => {
  const { steps } = await import('../../src/steps/index.ts');
  const written: string[] = [];
  for (const { path } of source.filter(({ path }) => roomOf(path) === 'steps')) {
    const exported = Object.values((await import(join(root, path))) as Record<string, unknown>);
    written.push(...exported.filter((value) => isStep(value)).map(({ name }) => name));
  }
  expect(written.toSorted()).toEqual(steps.map(({ name }) => name).toSorted());
});

function isStep(value: unknown): value is { name: string } {
  return typeof value === 'object' && value !== null && 'stage' in value && 'run' in value && 'name' in value;
}
