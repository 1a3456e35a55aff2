import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createScreen, textOf } from '../../scripts/terminal-screen.ts';
import { terminalSvg } from '../../scripts/terminal-svg.ts';

test('a line that is painted again replaces the old one, also when its sequence comes in two pieces', () => {
  const screen = createScreen();
  screen.write('first\r\nsecond\r\n\u001b[2K\u001b[1');
  screen.write('A\u001b[2K\u001b[G\u001b[32mnew\u001b[39m');
  const rows = screen.rows();
  expect(rows.map(textOf)).toEqual(['first', 'new', '']);
  expect(rows[1]?.[0]?.style.color).toBe(32);
});

test('the picture shows colours, and what looks like markup stays text', () => {
  const screen = createScreen();
  screen.write('\u001b[31m<b>\u001b[39m & more');
  const svg = terminalSvg(screen.rows(), { title: 'a < b', columns: 20 });
  expect(svg).toContain('fill="#ff7b72">&lt;b&gt;</text>');
  expect(svg).toContain('&amp;\u00a0more');
  expect(svg).not.toContain('<b>');
});

test('the picture in the README shows a run that was wholly proven', async () => {
  const svg = await readFile(new URL('../../docs/terminal.svg', import.meta.url), 'utf8');
  expect(svg).toMatch(/✔.*Everything\sselected\sis\son\sGitLab\sand\sproven\./s);
  expect(svg).toMatch(/\d+\sproven\./);
  expect(svg).not.toMatch(/<script|href=|\/tmp\/|\/home\/|127\.0\.0\.1/);
});
