import { expect, test } from 'vitest';
import { machineCatalogue } from '../../../src/doctor/catalogue-machine.ts';
import { sourceCatalogue } from '../../../src/doctor/catalogue-source.ts';
import { targetCatalogue } from '../../../src/doctor/catalogue-target.ts';
import { found } from '../../../src/doctor/finding.ts';
import { checks, failures as waivable, openErrors, waivers, withWaivers } from '../../../src/doctor/waive.ts';
import { failures } from '../../../src/failures/index.ts';
import { Failure } from '../../../src/failures/failure.ts';

const ids = [machineCatalogue, sourceCatalogue, targetCatalogue].flatMap((part) => Object.keys(part));

test('ids are in kebab case, each is there once, and none is the code of an error', () => {
  expect(ids).toEqual([...new Set(ids)]);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
  expect(ids.filter((id) => Object.values(failures).some(({ code }) => code === id))).toEqual([]);
  expect(Object.keys(checks)).toHaveLength(ids.length);
});

test('whatever is a warning or an error tells the way out', () => {
  const mute = Object.entries(checks)
    .filter(([, { level }]) => level === 'warning' || level === 'error')
    .filter(([, { wayOut }]) => wayOut({}) === '');
  expect(mute).toEqual([]);
});

test('an unknown id cannot be waived, and the nearest one is named', () => {
  expect(() => waivers(['disk-low', 'clock-difers'])).toThrow(
    '--waive clock-difers: there is no finding of that id, did you mean clock-differs?',
  );
  expect(() => waivers(['nothing-like-it-at-all'])).toThrow(Failure);
  expect(waivers([...ids, ...waivable]).size).toBe(ids.length + waivable.length);
});

test('errors and warnings can be waived, notes need not be', () => {
  const findings = [
    found('target-slashes-decoded', 'target', 'x'),
    found('disk-low', 'machine', 'x'),
    found('source-anonymous', 'source', 'x'),
    found('target-read-only', 'target', 'x'),
  ];
  const after = withWaivers(findings, new Set(['target-slashes-decoded', 'disk-low', 'source-anonymous']));
  expect(after.map(({ waived }) => waived)).toEqual([true, true, false, false]);
  expect(openErrors(after).map(({ id }) => id)).toEqual(['target-read-only']);
});
