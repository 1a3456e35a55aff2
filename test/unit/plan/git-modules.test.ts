import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { blobId, readModules } from '../../../src/plan/git-modules.ts';
import { parseModules } from '../../../src/plan/old-addresses.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

const files = {
  plain: '[submodule "lib"]\n\tpath = lib\n\turl = ../lib.git\n',
  'several, and other sections':
    '# first\n[core]\n\turl = x\n[submodule "a.path"]\nurl=https://x.example/a.git\n[Submodule "b"] path = b\n URL = "../b c.git" ; why\n',
  'quotes, escapes and comments':
    '[submodule "a\\"b\\\\c"]\n\tpath = "with # mark" # not this\n\turl = a\\tb"  "c   \n',
  'lines that go on': '[submodule "lib"]\n\tpath = l\\\nib\n\turl = ../\\\nlib.git\n',
  'other line ends': '[submodule "lib"]\r\n\tpath = lib\r\n\turl = ../lib.git\r\n',
  'twice the same key': '[submodule "lib"]\n\turl = ../one.git\n\turl = ../two.git\n',
  'no value, no section, nothing': '\turl = x\n[submodule "lib"]\n\tshallow\n\turl = \n',
};

it('a .gitmodules is read as git reads it', async () => {
  const file = join(await tempDir(), 'gitmodules');
  for (const [name, text] of Object.entries(files)) {
    const valid = text.replace(/^\turl = x\n(?=\[submodule "lib"\]\n\tshallow)/, '');
    writeFileSync(file, valid);
    const listing = execFileSync('git', ['config', '-f', file, '--list', '-z'], { encoding: 'utf8' });
    expect(readModules(text), name).toEqual(parseModules(listing));
  }
});

it('its id is the one that git gives it', () => {
  const text = files['quotes, escapes and comments'];
  expect(blobId(text)).toBe(
    execFileSync('git', ['hash-object', '--stdin'], { input: text, encoding: 'utf8' }).trim(),
  );
});
