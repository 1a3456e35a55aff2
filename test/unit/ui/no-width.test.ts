import { expect, test } from 'vitest';
import { errorText } from '../../../src/commands/failure.ts';

test('a terminal that does not tell its width has 80 columns', () => {
  const message = 'The plan was made for other servers than those of the config, so nothing was written.';
  const notice = { code: 'x', object: 'x', message, fix: '' };
  const stream = { isTTY: true, columns: 0 } as NodeJS.WriteStream;
  expect(errorText(notice, stream)).toBe(
    'gb2gl: The plan was made for other servers than those of the config, so\n  nothing was written.\n',
  );
});
