import { expect, test } from 'vitest';
import { emptyHistory, apply } from '../../../src/journal/history.ts';
import type { RunEvent } from '../../../src/model/events.ts';
import { writtenRefs } from '../../../src/plan/known-refs.ts';
import { rememberStandIns, translatedEmit, translator } from '../../../src/rehearse/translate.ts';

const REAL = 'a'.repeat(40);
const STAND_IN = 'b'.repeat(40);
const OTHER = 'c'.repeat(40);
const standIns = new Map([['team/one', new Map([[REAL, STAND_IN]])]]);
const address = { staged: 'http://127.0.0.1:4000', real: 'https://gitlab.example.com' };

test('people get the real address and the real ids, wherever they stand', () => {
  const translate = translator(address, standIns);
  expect(
    translate({
      problem: { message: `it has ${STAND_IN} at http://127.0.0.1:4000/team/one` },
      steps: [{ check: { differences: [{ message: `source ${OTHER}, target ${STAND_IN}` }] } }],
    }),
  ).toEqual({
    problem: { message: `it has ${REAL} at https://gitlab.example.com/team/one` },
    steps: [{ check: { differences: [{ message: `source ${OTHER}, target ${REAL}` }] } }],
  });
});

test('events are translated too', () => {
  const heard: RunEvent[] = [];
  const emit = translatedEmit((event) => heard.push(event), translator(address, standIns));
  emit({ type: 'warning', message: `http://127.0.0.1:4000 has ${STAND_IN}` });
  emit({ type: 'item-progress', id: 'team/one', stage: 'pack', percent: null, bytes: 1 });
  expect(heard).toEqual([
    { type: 'warning', message: `https://gitlab.example.com has ${REAL}` },
    { type: 'item-progress', id: 'team/one', stage: 'pack', percent: null, bytes: 1 },
  ]);
});

test('what we wrote is known as ours when a stand-in is there instead, and nothing else is', () => {
  const history = emptyHistory();
  for (const [item, id] of [
    ['team/one', REAL],
    ['team/two', OTHER],
  ] as const) {
    apply(history, {
      v: 1,
      type: 'step',
      at: '',
      run: '',
      item,
      step: 'code',
      status: 'started',
      data: { refs: { 'refs/heads/main': [id] } },
    });
  }
  rememberStandIns(history, standIns);
  const written = (item: string): string[] => [
    ...(writtenRefs(history.items.get(item)).get('refs/heads/main') ?? []),
  ];
  expect(written('team/one')).toEqual([REAL, STAND_IN]);
  expect(written('team/two')).toEqual([OTHER]);
});
