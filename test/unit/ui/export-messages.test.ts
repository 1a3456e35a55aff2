import { expect, test } from 'vitest';
import { renderExport } from '../../../src/ui/export-messages.ts';
import { createPalette } from '../../../src/ui/terminal.ts';

const document = {
  directory: '/stick',
  source: { view: 'administrator' as const, user: 'root' },
  written: ['team/films'],
  unchanged: [],
  problems: [],
  leftOut: [],
  warnings: [],
};
const view = { width: 200, palette: createPalette(false), quiet: true, next: 'gb2gl import /stick' };

test('an export names what GitBucket itself has lost, also when it is told to be quiet', () => {
  const lost = {
    code: 'lfs-object-lost',
    object: 'a.bin in team/films',
    message: 'it is lost',
    fix: 'push it',
  };

  const lines = renderExport({ ...document, lost: [lost] }, view);

  expect(lines[0]).toContain('GitBucket itself lacks what is named below');
  expect(lines.join('\n')).toContain('lost  a.bin in team/films: it is lost');
  expect(lines.join('\n')).toContain('push it');
  expect(renderExport({ ...document, lost: [] }, view)).toEqual([
    'Exported: 1 repository in /stick, 1 written now',
  ]);
});
