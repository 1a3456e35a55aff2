import { expect, test } from 'vitest';
import { rewritten, told } from './made-up-world.ts';

/** GitLab's pattern (config/initializers/1_settings.rb of 18.9) over its references to issues and addresses. */
const project = String.raw`(?:(?<![a-zA-Z0-9_.])\/?(?:[a-zA-Z0-9_.][\w.-]*\/)*[a-zA-Z0-9_.][\w.-]*)?`;
const reference = String.raw`(?:(?:https?:\/\/[^\s>]{1,300}(?<![?!.,:]))|(?:(?:${project}#|GL-)\d+(?:\+s?)?(?=\W|$)))`;
const closing = new RegExp(
  String.raw`\b((?:[Cc]los(?:e[sd]?|ing)|\b[Ff]ix(?:e[sd]|ing)?|\b[Rr]esolv(?:e[sd]?|ing)|\b[Ii]mplement(?:s|ed|ing)?)(:?) +(?:(?:issues? +)?${reference}(?:(?: *,? +and +| *,? *)?))+)`,
  'g',
);

function closedBy(text: string): string[] {
  return [...text.matchAll(closing)].map(([statement]) => statement.trim());
}

const words = [
  'close',
  'Closes',
  'closed',
  'closing',
  'fix',
  'Fixes',
  'fixed',
  'fixing',
  'resolve',
  'Resolves',
  'resolved',
]
  .concat([
    'resolving',
    'implement',
    'Implements',
    'implemented',
    'implementing',
    'closes:',
    'Fixes issue',
    'fixes issues',
  ])
  .concat(['fixes #4,', 'fixes #4 and', 'fixes #4, and']);

test('the pattern of this test closes issues', () => {
  expect(closedBy('Closes #4, #5 and corp/lib#6; fixes https://gl.example/x/-/issues/7. Sees #8')).toEqual([
    'Closes #4, #5 and corp/lib#6',
    'fixes https://gl.example/x/-/issues/7',
  ]);
});

test.each(words)('%j before the number of a pull request closes nothing', (word) => {
  expect(closedBy(rewritten(`${word} #3`)).join()).not.toMatch(/[#!]3/);
  expect(closedBy(rewritten(`${word} team/lib#3, GH-14`)).join()).not.toMatch(/[#!](?:3|14)/);
});

test.each(words)('%j before an issue keeps its force, unless it shall lose it', (word) => {
  expect(closedBy(rewritten(`${word} #5`)).join()).toMatch(/#5$/);
  expect(closedBy(rewritten(`${word} #5`, { closing: 'own' })).join()).toMatch(/#5$/);
  expect(closedBy(rewritten(`${word} #5`, { closing: 'none' })).join()).not.toContain('#5');
});

test.each(words)('%j before an issue of another project loses its force where it shall', (word) => {
  expect(closedBy(rewritten(`${word} team/lib#5`)).join()).toMatch(/corp\/lib#5$/);
  for (const closing of ['own', 'none'] as const)
    expect(closedBy(rewritten(`${word} team/lib#5`, { closing })).join()).not.toContain('lib#5');
});

test('looks as it did, and is told', () => {
  expect(rewritten('It closes team/lib#5,team/lib#6.', { closing: 'own' })).toBe(
    'It closes&#x20;corp/lib#5,&#x2060;corp/lib#6.',
  );
  expect(told('It closes team/lib#5', { closing: 'own' })).toEqual(['closing-word: closes team/lib#5']);
  expect(rewritten('enclose #5, closest #5, closes\n#5', { closing: 'none' })).toBe(
    'enclose #5, closest #5, closes  \n#5',
  );
});
