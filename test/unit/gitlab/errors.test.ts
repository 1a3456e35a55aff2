import { describe, expect, test } from 'vitest';
import { errorText, refusalOf } from '../../../src/gitlab/errors.ts';

const restricted = {
  message: { visibility_level: ['public has been restricted by your GitLab administrator'] },
};

describe("GitLab's own words are found in every shape of its error bodies", () => {
  const shapes: [string, unknown, string][] = [
    ['GL-1: a string', { message: '404 Project Not Found' }, '404 Project Not Found'],
    [
      'GL-2: a hash of arrays, with its repetitions under project_namespace',
      {
        message: {
          'project_namespace.name': ['has already been taken'],
          name: ['has already been taken'],
          path: ['has already been taken', 'is bad'],
        },
      },
      'name has already been taken; path has already been taken, is bad',
    ],
    ['GL-3: an array', { message: ['Another open one', 'and more'] }, 'Another open one, and more'],
    [
      'GL-4: an inspected hash inside a string',
      { message: 'Failed to save group {:path=>["has already been taken"]}' },
      'Failed to save group {:path=>["has already been taken"]}',
    ],
    ['GL-5: error instead of message', { error: 'name is missing' }, 'name is missing'],
    ['GL-6: an unknown route', { error: '404 Not Found' }, '404 Not Found'],
    ['GL-7: a wrong verb', { error: '405 Not Allowed' }, '405 Not Allowed'],
    [
      'GL-8: OAuth with a description',
      { error: 'invalid_token', error_description: 'Token was revoked.' },
      'invalid_token: Token was revoked.',
    ],
    [
      'GL-9: a missing scope',
      { error: 'insufficient_scope', error_description: 'Higher privileges.', scope: 'api' },
      'insufficient_scope: Higher privileges.',
    ],
    [
      'GL-10: an error inside the message',
      { message: { error: 'This endpoint has been requested too many times.' } },
      'This endpoint has been requested too many times.',
    ],
    ['GL-11: plain text', 'Retry later\n', 'Retry later'],
    ['GL-12: an internal error', { message: '500 Internal Server Error' }, '500 Internal Server Error'],
    [
      'GL-13: a page',
      '<!DOCTYPE html>\n<html><head><style>a { b: c }</style><title>502</title></head><body><h1>502</h1>\n<p>Waiting for GitLab to boot</p></body></html>',
      '502 502 Waiting for GitLab to boot',
    ],
    ['GL-14: a conflict', { message: '409 Conflict: Resource lock' }, '409 Conflict: Resource lock'],
    ['GL-15: errors in the plural', { errors: 'Invalid import' }, 'Invalid import'],
    [
      'GL-16: a moved resource',
      'This resource has been moved permanently to http://x',
      'This resource has been moved permanently to http://x',
    ],
    ['GL-17: null', null, 'an empty body'],
    [
      'GL-18: an API that is gone',
      { error: 'API V3 is no longer supported. Use API V4 instead.' },
      'API V3 is no longer supported. Use API V4 instead.',
    ],
    ['an array under error', { error: ["You've reached your limit"] }, "You've reached your limit"],
    ['nothing at all', '', 'an empty body'],
    ['another object', { status: 'odd' }, '{"status":"odd"}'],
  ];
  for (const [name, body, text] of shapes) {
    test(`finds ${name}`, () => expect(errorText(body)).toBe(text));
  }

  test('a very long text is cut', () => {
    expect(errorText({ message: 'x'.repeat(5000) }).length).toBeLessThan(700);
  });

  test.each([
    ['taken', 400, { message: { path: ['has already been taken'] } }],
    ['taken', 400, { message: 'Failed {path: ["has already been taken"]}' }],
    ['other', 400, { message: { path: ['is too short'] } }],
    ['other', 401, { message: '401 Unauthorized' }],
    ['restricted-visibility', 400, restricted],
    ['project-limit', 403, { error: ["You've reached your limit of 10 projects created. Contact …"] }],
    [
      'project-limit',
      400,
      { message: { limit_reached: ['You cannot create projects in your personal namespace.'] } },
    ],
    ['namespace-invalid', 400, { message: { namespace: ['is not valid'] } }],
    ['forbidden', 403, { message: '403 Forbidden' }],
    ['scope', 403, { error: 'insufficient_scope', error_description: 'Higher privileges.' }],
    ['absent', 404, { message: '404 Project Not Found' }],
    ['absent', 301, 'This resource has been moved permanently to http://x'],
    ['maintenance', 403, 'GitLab is currently in maintenance mode.'],
    ['read-only', 403, 'You cannot perform write operations on a read-only instance'],
  ] as const)('tell why it refuses: %s, with status %i', (kind, status, body) => {
    expect(refusalOf({ status, body })).toEqual({ kind, status, text: errorText(body) });
  });
});
