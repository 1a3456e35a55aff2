import { assert, constantFrom, dictionary, jsonValue, letrec, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { withPiece, type ConfigPiece } from '../../../src/config/edit.ts';

test('a piece comes to where it belongs, and all else stays as it stands', () => {
  const text = [
    '{',
    '    "source": { "url": "http://a", "token": "${TOKEN}" },',
    '    "map": {',
    '        "owners": {},',
    '        "refs": {',
    '            "team/app": { "refs/heads/a": "refs/heads/b" }',
    '        }',
    '    },',
    '    "select": { "exclude": ["a/*",   "b/{}"] }',
    '}',
    '',
  ];
  const edited = withPiece(text.join('\r\n'), {
    map: {
      owners: { team: 'team-2' },
      refs: {
        'team/app': { 'refs/heads/a': 'refs/heads/c', 'refs/heads/"': 'refs/heads/d' },
        'x/y': { a: 'b' },
      },
    },
  });
  expect(edited.split('\r\n')).toEqual([
    ...text.slice(0, 3),
    '        "owners": {',
    '            "team": "team-2"',
    '        },',
    '        "refs": {',
    '            "team/app": {',
    '                "refs/heads/a": "refs/heads/c",',
    '                "refs/heads/\\"": "refs/heads/d"',
    '            },',
    '            "x/y": {',
    '                "a": "b"',
    '            }',
    ...text.slice(6),
  ]);
});

test.each([
  ['{}', '{\n  "map": {\n    "owners": {\n      "a": "b"\n    }\n  }\n}'],
  ['{"source":{}}', '{\n  "source": {},\n  "map": {\n    "owners": {\n      "a": "b"\n    }\n  }\n}'],
  [
    '\uFEFF{\n\t"source": {}\n}\n',
    '\uFEFF{\n\t"source": {},\n\t"map": {\n\t\t"owners": {\n\t\t\t"a": "b"\n\t\t}\n\t}\n}\n',
  ],
])('%j becomes %j', (before, after) => {
  expect(withPiece(before, { map: { owners: { a: 'b' } } })).toBe(after);
});

const keys = constantFrom('a', 'b', '__proto__', 'x"y', '}', 'map');
const piece = letrec<{ piece: ConfigPiece }>((tie) => ({
  piece: dictionary(keys, oneof({ depthSize: 'small' }, string(), tie('piece')), {
    noNullPrototype: true,
  }),
})).piece;

test('whatever stands in the file, the piece is in it afterwards and nothing else has changed', () => {
  assert(
    property(dictionary(keys, jsonValue()), piece, constantFrom(0, 1, 2, '\t'), (file, added, space) => {
      const text = JSON.stringify(file, null, space);
      expect(JSON.parse(withPiece(text, added))).toEqual(merged(JSON.parse(text), added));
    }),
  );
});

function merged(before: unknown, added: ConfigPiece): unknown {
  const result = isObject(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(added)) {
    if (typeof value !== 'string' && !hasLeaf(value)) continue;
    const own = Object.hasOwn(result, key) ? result[key] : undefined;
    const next = typeof value === 'string' ? value : merged(own, value);
    Object.defineProperty(result, key, { value: next, enumerable: true, writable: true, configurable: true });
  }
  return result;
}

function hasLeaf(value: ConfigPiece): boolean {
  return Object.values(value).some((each) => typeof each === 'string' || hasLeaf(each));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
