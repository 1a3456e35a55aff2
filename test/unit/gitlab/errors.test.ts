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
    ['namespace-invalid', 401, { message: '401 Unauthorized - Target Namespace' }],
    ['forbidden', 403, { message: '403 Forbidden' }],
    ['scope', 403, { error: 'insufficient_scope', error_description: 'Higher privileges.' }],
    ['absent', 404, { message: '404 Project Not Found' }],
    ['absent', 301, 'This resource has been moved permanently to http://x'],
    ['maintenance', 403, 'GitLab is currently in maintenance mode.'],
    ['maintenance', 503, { message: 'GitLab Maintenance: system is in maintenance mode' }],
    [
      'maintenance',
      403,
      'Git push is not allowed because this GitLab instance is currently in (read-only) maintenance mode.',
    ],
    ['read-only', 403, "You can't push code to a read-only GitLab instance."],
    ['read-only', 403, 'You cannot write to this read-only GitLab instance.'],
    ['user', 403, { message: '403 Forbidden - Your account has been blocked.' }],
    ['user', 403, { message: '403 Forbidden - Your account has been banned. Contact your administrator.' }],
    ['user', 403, 'Your account is pending approval from your administrator and hence blocked.'],
    ['user', 403, 'Your primary email address is not confirmed. Please check your inbox.'],
    ['user', 403, 'Your password expired. Please access GitLab from a web browser to update your password.'],
    ['user', 403, 'You (@ada) must accept the Terms of Service in order to perform this action.'],
    ['http-closed', 403, 'Git access over HTTP is not allowed'],
    ['http-closed', 403, 'Pushing over HTTP is not allowed.'],
    ['archived', 403, "You can't push code to an archived project."],
    ['repository-locked', 403, 'The repository is temporarily read-only. Please try again later.'],
    [
      'storage',
      200,
      'GitLab: Your push to this repository cannot be completed because this repository has exceeded the allocated storage for your project. Contact your GitLab administrator for more information.',
    ],
    [
      'storage',
      200,
      'warning: object 1: badTagName GitLab: Your push to this repository cannot be completed as it would exceed the allocated storage for your project.',
    ],
    [
      'storage',
      200,
      'GitLab: Your push to this repository has been rejected because it would exceed the namespace storage limit of 5 GiB. Reduce your namespace storage.',
    ],
    ['storage', 200, 'GitLab: You have reached the free storage limit of 10 GiB on one or more projects.'],
    [
      'group-closed',
      200,
      'GitLab: ##### ERROR ##### You have used 104% of the storage quota for team (5.2 GiB of 5 GiB). team is now read-only. Projects under this namespace are locked',
    ],
    [
      'group-closed',
      403,
      'Your top-level group is over the user limit and has been placed in a read-only state.',
    ],
    ['group-closed', 403, "Cannot find valid SSO session. Please login via your group's SSO at https://x"],
    [
      'group-limit',
      400,
      {
        message:
          'Failed to save group {identity_verification: ["You have reached the group limit until you verify your account."]}',
      },
    ],
    [
      'group-limit',
      400,
      {
        message:
          'Failed to save group {base: ["You have reached the limit of three top-level groups. To create"]}',
      },
    ],
    // Names of refs and files may hold any words; these are refusals of single ones.
    ['other', 200, "GitLab: Branch name 'is-in-maintenance mode' does not follow the pattern 'read-only'"],
    [
      'other',
      200,
      "GitLab: 'Your push to this repository cannot be completed as' is locked in Git LFS by @x",
    ],
    ['other', 200, 'GitLab: You are not allowed to push code to protected branches on this project.'],
    ['read-only', 403, 'You cannot perform write operations on a read-only instance'],
  ] as const)('tell why it refuses: %s, with status %i', (kind, status, body) => {
    expect(refusalOf({ status, body })).toMatchObject({ kind, status, text: errorText(body) });
  });
});
