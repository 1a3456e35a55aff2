import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { catalogue, type Entry, type ErrorContext } from '../../src/error-catalogue.ts';
import {
  asMigrationError,
  exitCodeOf,
  exitCodeOfStart,
  hintOf,
  isRetryable,
  MigrationError,
  problemOf,
  type ErrorCode,
} from '../../src/errors.ts';

const entries = Object.entries(catalogue) as [ErrorCode, Entry][];
const sources = fileURLToPath(new URL('../../src/', import.meta.url));

/** Answers every name with a word that can be found again, and remembers what was asked for. */
function asking(): { context: ErrorContext; names: Set<string> } {
  const names = new Set<string>();
  const context = new Proxy<ErrorContext>(
    {},
    {
      get(_target, name) {
        names.add(String(name));
        return `<${String(name)}>`;
      },
    },
  );
  return { context, names };
}

/** Every place that throws an error of the catalogue with a context that is written out. */
function throwSites(): { code: string; keys: string[]; place: string }[] {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(sources + file, 'utf8').replaceAll(/`[^`]*`|'[^'\n]* [^'\n]*'/g, "''");
    return [...text.matchAll(/new MigrationError\(\s*'([a-z-]+)',[^{};]*\{([^{}]*)\}/g)].map(
      ([, code = '', body = '']) => ({
        code,
        keys: [...body.matchAll(/(?:^|,)\s*(?:\.\.\.)?([a-zA-Z]+)/g)].map(([, key = '']) => key),
        place: `${file}: ${code}`,
      }),
    );
  });
}

describe('every entry of the catalogue', () => {
  for (const [code, entry] of entries) {
    test(`${code} has a message and a way out in whole words`, () => {
      const { context } = asking();
      const [message, hint] = [entry.message(context), entry.hint(context)];
      expect(message).not.toBe('');
      expect(hint.length).toBeGreaterThan(10);
      for (const text of [message, hint]) {
        expect(text).not.toMatch(/undefined|null|NaN|\[object/);
        expect(text).not.toMatch(/[.!]$/);
        expect(text.trim()).toBe(text);
      }
      expect([0, 1, 2, 3, 4, 130]).toContain(entry.exit);
    });
  }
});

test('whoever throws an error gives everything that its message and hint speak of', () => {
  const given = new Map([
    ['where', ['where', 'server', 'side']],
    ['known', ['source', 'target']],
  ]);
  const optional = new Set(['nearest', 'scopes', 'repository', 'suggestion', 'object', 'detail']);
  const sites = throwSites();
  expect(sites.length).toBeGreaterThan(20);
  for (const { code, keys, place } of sites) {
    const { context, names } = asking();
    const entry = catalogue[code as ErrorCode] as Entry;
    entry.message(context);
    entry.hint(context);
    const has = new Set(keys.flatMap((key) => given.get(key) ?? [key]));
    const missing = [...names].filter((name) => !optional.has(name) && !has.has(name));
    expect(missing, place).toEqual([]);
  }
});

test('a repository that somebody else has is offered another path, whoever found it out', () => {
  const found = new MigrationError('path-taken', 'team-a/one', { detail: 'it has other objects' });
  expect(hintOf(found)).toContain('{ "team-a/one": "team-a/one-gitbucket" }');
  const named = { detail: 'x', repository: 'a/c++', suggestion: 'a/cpp-gitbucket' };
  expect(hintOf(new MigrationError('path-taken', 'a/cpp', named))).toContain(
    '{ "a/c++": "a/cpp-gitbucket" }',
  );
});

test('an error that nobody expected is shown with its text and as a fault of this tool', () => {
  expect(problemOf(new TypeError('x is not a function'), 'team-a/one')).toMatchObject({
    code: 'unexpected',
    object: 'team-a/one',
    message: 'unexpected failure on team-a/one: x is not a function',
  });
  expect(problemOf('a text', 'o').message).toContain('a text');
  expect(exitCodeOf(new Error('x'))).toBe(1);
  expect(isRetryable(new Error('x'))).toBe(false);
});

test('a full disk is recognised by the code of the system, wherever it comes from', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    expect(asMigrationError(Object.assign(new Error('write'), { code }), 'journal').code).toBe('disk-full');
  }
});

test('a server that fails before anything was begun is a failed start; a fault of this tool is not', () => {
  const at = { server: 'GitLab', side: 'target', detail: 'x', seconds: 1, status: 502 };
  expect(exitCodeOfStart(new MigrationError('timeout', 'x', at))).toBe(3);
  expect(exitCodeOfStart(new MigrationError('server-error', 'x', at))).toBe(3);
  expect(exitCodeOfStart(new MigrationError('config-invalid', 'x', at))).toBe(2);
  expect(exitCodeOfStart(new MigrationError('disk-full', 'x'))).toBe(1);
  expect(exitCodeOfStart(new MigrationError('interrupted', 'x'))).toBe(130);
  expect(exitCodeOfStart(new Error('x'))).toBe(1);
});
