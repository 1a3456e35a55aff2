import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FindingType, inArea, openErrors, withWaivers } from '../../../src/doctor/finding.ts';
import { failures as waivable, findings, waivers } from '../../../src/doctor/index.ts';
import { diskLow } from '../../../src/doctor/machine.ts';
import { sourceAnonymous } from '../../../src/doctor/source.ts';
import { targetReadOnly, targetSlashesDecoded } from '../../../src/doctor/target-access.ts';
import { failures } from '../../../src/failures/index.ts';

const all: FindingType[] = Object.values(findings()).flat();
const codes = all.map(({ code }) => code);

/** Answers every name with a word that can be found again. */
const anyWords = new Proxy<Record<string, string>>({}, { get: (_, name) => `<${String(name)}>` });

test('every finding that a check defines is listed', () => {
  const folder = join(import.meta.dirname, '../../../src/doctor');
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const defined = files.flatMap((text) =>
    [...text.matchAll(/= defineFinding\(\s*'([^']+)'/g)].map(([, code = '']) => code),
  );
  expect(defined.length).toBeGreaterThan(50);
  expect(new Set(codes)).toEqual(new Set(defined));
});

test('codes are in kebab case, each is there once, and none is the code of a failure', () => {
  expect(codes).toEqual([...new Set(codes)]);
  expect(codes.filter((code) => !/^[a-z]+(-[a-z]+)*$/.test(code))).toEqual([]);
  expect(codes.filter((known) => Object.values(failures).some(({ code }) => code === known))).toEqual([]);
});

describe('every finding', () => {
  for (const { code, text } of all) {
    test(`${code} has its text in whole words`, () => {
      const { message, fix } = text(anyWords as never);
      expect(message).not.toBe('');
      expect(fix).not.toBe('');
      for (const sentence of [message, fix ?? '']) {
        expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
        expect(sentence).not.toMatch(/[.!]$/);
        expect(sentence.trim()).toBe(sentence);
      }
    });
  }
});

test('whatever is a warning or an error says what to do', () => {
  const mute = all
    .filter(({ level }) => level === 'warning' || level === 'error')
    .filter(({ text }) => text(anyWords as never).fix === undefined);
  expect(mute).toEqual([]);
});

test('an unknown code cannot be waived, and the nearest one is named', () => {
  expect(() => waivers(['disk-low', 'clock-difers'])).toThrow(
    '--waive clock-difers: unknown code, did you mean clock-differs?',
  );
  expect(() => waivers(['nothing-like-it-at-all'])).toThrow(/unknown code; gb2gl explain lists all of them/);
  expect(waivers([...codes, ...waivable]).size).toBe(codes.length + waivable.length);
});

test('errors and warnings can be waived, notes need not be', () => {
  const reported = [
    ...inArea('target', [targetSlashesDecoded('x', { status: 404, detail: 'x' })]),
    ...inArea('machine', [diskLow('x', { free: '1 MB' })]),
    ...inArea('source', [sourceAnonymous('x')]),
    ...inArea('target', [targetReadOnly('x', { detail: 'x' })]),
  ];
  const codesToWaive = ['target-slashes-decoded', 'disk-low', 'source-anonymous'];
  const after = withWaivers(reported, new Set(codesToWaive));
  expect(after.map(({ waived }) => waived)).toEqual([true, true, false, false]);
  expect(openErrors(after).map(({ code }) => code)).toEqual(['target-read-only']);
});
