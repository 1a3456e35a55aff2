import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FailureState } from '../../../src/failures/failure.ts';
import {
  asFailure,
  exitCodeOf,
  exitCodeOfStart,
  exitCodes,
  failures,
  isRetryable,
  noticeOf,
} from '../../../src/failures/index.ts';
import { serverError, timedOut } from '../../../src/failures/network.ts';
import { pathTaken } from '../../../src/failures/target.ts';
import { configInvalid, diskFull, interruption } from '../../../src/failures/usage.ts';

type AnyFailure = {
  code: string;
  state: FailureState;
  text: (words: Record<string, string>) => { message: string; fix: string };
};
const all = Object.values(failures) as unknown as AnyFailure[];

/** Answers every name with a word that can be found again. */
const anyWords = new Proxy<Record<string, string>>({}, { get: (_, name) => `<${String(name)}>` });

test('every failure that is defined is listed, and so has its section in the docs', () => {
  const folder = join(import.meta.dirname, '../../../src');
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  const defined = texts.flatMap((text) =>
    [...text.matchAll(/= defineFailure\(\s*'([^']+)'/g)].map(([, code = '']) => code),
  );
  expect(all.map(({ code }) => code).toSorted()).toEqual(defined.toSorted());
});

describe('every failure', () => {
  for (const { code, state, text } of all) {
    test(`${code} has a message and a way out in whole words`, () => {
      const { message, fix } = text(anyWords);
      expect(message).not.toBe('');
      expect(fix).not.toBe('');
      for (const sentence of [message, fix]) {
        expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
        expect(sentence).not.toMatch(/[.!]$/);
        expect(sentence.trim()).toBe(sentence);
      }
      expect(exitCodes).toHaveProperty(state);
    });
  }

  test('has a code of its own', () => {
    const codes = all.map(({ code }) => code);
    expect(codes).toEqual([...new Set(codes)]);
  });
});

test('a repository that somebody else has is offered another path, whoever found it out', () => {
  const found = pathTaken('team-a/one', { detail: 'it has other objects' });
  expect(found.notice.fix).toContain('{ "team-a/one": "team-a/one-gitbucket" }');
  const words = { detail: 'x', repository: 'a/c++', suggestion: 'a/cpp-gitbucket' };
  expect(pathTaken('a/cpp', words).notice.fix).toContain('{ "a/c++": "a/cpp-gitbucket" }');
});

test('an error that nobody expected is shown with its text and as a fault of this tool', () => {
  expect(noticeOf(new TypeError('x is not a function'), 'team-a/one')).toMatchObject({
    code: 'unexpected',
    object: 'team-a/one',
    message: 'unexpected error on team-a/one: x is not a function',
  });
  expect(noticeOf('a text', 'o').message).toContain('a text');
  expect(exitCodeOf(new Error('x'))).toBe(1);
  expect(isRetryable(new Error('x'))).toBe(false);
});

test('a full disk is recognised by the code of the system, wherever it comes from', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    expect(asFailure(Object.assign(new Error('write'), { code }), 'journal').code).toBe('disk-full');
  }
});

test('a server that fails before anything was begun is a failed start; a fault of this tool is not', () => {
  const server = 'GitLab';
  expect(exitCodeOfStart(timedOut('x', { server, seconds: 1 }))).toBe(3);
  expect(exitCodeOfStart(serverError('x', { server, status: 502, detail: 'x' }))).toBe(3);
  expect(exitCodeOfStart(configInvalid('x', { where: 'x', count: 1, detail: 'x' }))).toBe(2);
  expect(exitCodeOfStart(diskFull('x'))).toBe(1);
  expect(exitCodeOfStart(interruption('x'))).toBe(130);
  expect(exitCodeOfStart(new Error('x'))).toBe(1);
});
