import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { transformSync } from 'esbuild';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embedJson, renderHtml } from '../../../src/report/write.ts';
import { failed, group, noticed, project, refused, result } from './samples.ts';

const marks = [
  '<',
  '>',
  '&',
  '!',
  '-',
  '/',
  '"',
  "'",
  '\\',
  '\u2028',
  '\u2029',
  'script',
  '</script',
  '<!--',
  ']]>',
];
const nasty = fc.oneof(
  fc.string({ unit: fc.constantFrom(...marks), maxLength: 20 }),
  fc.string({ unit: 'grapheme' }),
);

/** The one group of a pattern that has to be there. */
function part(html: string, pattern: RegExp): string {
  return pattern.exec(html)?.[1] ?? '';
}

function shape(html: string): string[] {
  return html.match(/<[a-z/!][^>]*>/gi) ?? [];
}

function dataOf(html: string): unknown {
  return JSON.parse(part(html, /<script type="application\/json" id="data">([^<]*)<\/script>/));
}

describe('data embedded in HTML', () => {
  it('cannot end its element or open a comment, and reads back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), nasty, (value, text) => {
        const whole = { value, text, [text]: 1 };
        const embedded = embedJson(whole);
        expect(embedded).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.stringify(JSON.parse(embedded))).toBe(JSON.stringify(whole));
      }),
    );
  });

  it('leaves the page the same whatever the names are', () => {
    const calm = shape(renderHtml(result([project()])));
    fc.assert(
      fc.property(nasty, (name) => {
        const warnings = [name];
        const item = project({ id: name, steps: [noticed(name)], reasons: [name] });
        const html = renderHtml(result([item], { warnings }));
        expect(shape(html)).toEqual(calm);
        expect(dataOf(html)).toMatchObject({
          result: { items: [{ id: name }], warnings: [name] },
          notes: [`${name}: ${name}`],
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('HTML report', () => {
  const html = renderHtml(result([group(), project(), refused, failed]));

  it('is one file that loads nothing', () => {
    expect(html).not.toMatch(/\b(src|href)="/);
    expect(html).not.toMatch(/@import|url\(|fetch\(|XMLHttpRequest|import\(/);
    expect(html).toContain("default-src 'none'");
  });

  it('allows only its own script and style', () => {
    const script = part(html, /<script>([\s\S]*?)<\/script>/);
    const style = part(html, /<style>([\s\S]*?)<\/style>/);
    for (const text of [script, style]) {
      expect(html).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`);
    }
    expect(() => new Script(script)).not.toThrow();
  });

  it('needs no newer JavaScript than its sources are checked for', () => {
    const settings = new URL('../../../src/report/page/tsconfig.json', import.meta.url);
    const { target } = JSON.parse(readFileSync(settings, 'utf8')).compilerOptions as { target: string };
    const script = part(html, /<script>([\s\S]*?)<\/script>/);
    const printedFor = (version: string): string => transformSync(script, { target: version }).code;
    // Whatever the target lacks would be written another way, or refused.
    expect(printedFor(target)).toBe(printedFor('esnext'));
    expect(printedFor(target)).not.toBe('');
  });

  it('never turns text into markup', () => {
    expect(html).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|DOMParser/);
  });

  it('carries the verdict, the next steps and every remark', () => {
    expect(dataOf(html)).toMatchObject({
      verdict: { tone: 'bad', title: '1 item failed, 1 needs your decision' },
      next: [expect.stringMatching(/^Failed: /), expect.stringMatching(/^Refused: /)],
      remarks: [
        [],
        [],
        [{ object: 'refs/heads/-x', fix: 'git branch -m -- -x x' }],
        [{ object: '', message: 'The connection broke. Run it again.', fix: '' }],
      ],
    });
  });
});
