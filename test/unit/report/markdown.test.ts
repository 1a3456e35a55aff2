import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mdCode, mdFence, mdLink, mdText } from '../../../src/report/markdown-text.ts';
import { renderMarkdown } from '../../../src/report/markdown.ts';
import { addressesCsv } from '../../../src/report/addresses.ts';
import { formatLocalTime } from '../../../src/text/format.ts';
import { diverged, failed, group, idA, idB, moved, project, refused, result } from './samples.ts';

const marks = '|`\\<>&*_[]()!#@~\n\r\t -a1:/.'.split('');
const nasty = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...marks), maxLength: 30 }),
);

/** What a Markdown reader shows for our inline code. */
function decode(code: string): string {
  if (code.startsWith('`')) return code.slice(1, -1);
  const inner = code.replace(/^<code>|<\/code>$/g, '');
  return inner.replaceAll(/&#(\d+);/g, (_, digits: string) => String.fromCodePoint(Number(digits)));
}

describe('escaping for Markdown', () => {
  it('keeps every name inside one table cell, and readable as it was', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const code = mdCode(name);
        expect(code).not.toMatch(/[|\n\r]/);
        const oneLine = name.replaceAll(/[\r\n\t]+/g, ' ');
        fc.pre(!/[\p{Cc}\u2028-\u202E\u2066-\u2069]/u.test(oneLine));
        expect(decode(code)).toBe(oneLine);
      }),
    );
  });

  it('lets no text become markup, a cell border, a mention or a second line', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const inert = mdText(text).replaceAll('<span>@</span>', '');
        expect(inert).not.toMatch(/[|\n\r<>`*_[\]\\~@]/);
        expect(inert.replaceAll(/&#\d+;/g, '')).not.toMatch(/[&#]/);
      }),
    );
  });

  it('closes a fence only at its end', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const lines = mdFence(text).split('\n');
        const fence = lines.at(-1) ?? '';
        expect(lines.slice(1, -1).filter((line) => line.includes(fence))).toEqual([]);
        expect(lines[0]).toBe(`${fence}text`);
      }),
    );
  });

  it('links to web addresses only, and no address ends its link', () => {
    expect(mdLink('a', 'https://gitlab.example.com/a')).toBe('[`a`](<https://gitlab.example.com/a>)');
    expect(mdLink('a', 'javascript:alert(1)')).toBe('`a`');
    expect(mdLink('a', null)).toBe('`a`');
    expect(mdLink('a', 'https://x/> [b](c)')).toBe('`a`');
    expect(mdLink('a', 'https://x/a)|b')).toBe('[`a`](<https://x/a%29%7Cb>)');
  });
});

describe('Markdown report', () => {
  const text = renderMarkdown(
    result([group(), project(), refused, diverged, failed], { warnings: ['slow'] }),
  );

  it('begins with the verdict and the totals', () => {
    expect(text.split('\n').slice(0, 5)).toEqual([
      '# Migration from GitBucket to GitLab',
      '',
      '**1 item failed, 2 need your decision.**',
      '',
      '1 of 4 repositories complete, 10 of 12 refs, 1 group, 4.8 MB transferred in 3 min 04 s.',
    ]);
  });

  it('tells what needs a human before everything else, the failures first, with fixes to paste', () => {
    const order = [
      '## Failed',
      'team/big',
      '## Needs your decision',
      'team/docs',
      'team/api',
      '## Next steps',
      '## This run',
      '## Everything',
    ];
    const places = order.map((part) => text.indexOf(part));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(text).toContain('The connection broke. Run it again.');
    expect(text).toContain('```text\ngit branch -m -- -x x\n```');
    expect(text).toContain(`source ${idA}, target ${idB}`);
  });

  it('lists every repository of an owner with refs, bytes, time and proof', () => {
    expect(text).toContain('### `team` → [`team`](<https://gitlab.example.com/team>): proven, private');
    const asOf = formatLocalTime('2026-03-01T10:02:47.000Z');
    expect(text).toContain(`| Proof as of | ${asOf} UTC`);
    expect(text).toContain('\n1 of 4 complete, 10 of 12 refs, 4.8 MB\n');
    expect(text).toContain(
      `| [\`team/web\`](<https://gitbucket.example.com/team/web>) | [\`team/web\`](<https://gitlab.example.com/team/web>) | private | proven | 3 | 1.2 MB | 1.0 s | \`cccccccccccc\` | ${asOf} |`,
    );
  });

  it('tells how much is complete, who ran what and when, and what proven means', () => {
    expect(text).toContain('Complete: **25 %** of the repositories, **83 %** of the refs.');
    for (const line of [
      '| Source | `https://gitbucket.example.com`, read as administrator admin |',
      '| Target | `https://gitlab.example.com` (GitLab 19.2.1) as `root` |',
      '| Command | `gb2gl migrate --all` |',
      '| gb2gl | `1.2.3` |',
    ])
      expect(text).toContain(line);
    expect(text).toMatch(/\| Started \| 2026-03-01 \d\d:\d\d:00 UTC\S* \|/);
    expect(text).toContain('Proven means: after the transfer both servers were read afresh');
  });

  it('has no columns of zeros for a proof that moved nothing', () => {
    const steps = [moved({ bytes: 0, ms: 1, changed: false })];
    const proof = renderMarkdown(result([project({ steps })], { command: 'verify' }));
    expect(proof).toContain('| Repository | Project | Visibility | State | Compared | Proof | As of |');
  });

  it('has rows of equal length whatever the names are', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const item = project({ id: `team/${name}`, target: { path: name, id: 1, url: `https://x/${name}` } });
        const rows = renderMarkdown(result([item]))
          .split('\n')
          .filter((line) => line.startsWith('| '));
        for (const row of rows.slice(-2)) expect(row.split('|')).toHaveLength(11);
      }),
    );
  });
});

describe('addresses as CSV', () => {
  it('has both addresses of every repository, in a browser and for git', () => {
    const blocked = project({
      id: 'team/taken',
      state: 'blocked',
      target: { path: 'team/taken', id: null, url: null },
      visibility: { source: 'public', target: 'internal' },
    });
    const elsewhere = project({
      id: 'alice/a b',
      target: { path: 'people/alice/a-b', id: 3, url: 'https://gitlab.example.com/people/alice/a-b' },
    });
    expect(addressesCsv(result([group(), blocked, elsewhere])).split('\r\n')).toEqual([
      'old_url,new_url,old_clone_url,new_clone_url,visibility,state',
      'https://gitbucket.example.com/team/taken,,https://gitbucket.example.com/git/team/taken.git,,internal,blocked',
      'https://gitbucket.example.com/alice/a%20b,https://gitlab.example.com/people/alice/a-b,https://gitbucket.example.com/git/alice/a%20b.git,https://gitlab.example.com/people/alice/a-b.git,private,proven',
      '',
    ]);
  });

  it('takes half a character for none', () => {
    const half = project({ id: 'team/\uD800', target: { path: 'x', id: 1, url: null } });
    expect(addressesCsv(result([half]))).toContain('/team/%EF%BF%BD,https://gitlab.example.com/x,');
  });

  it('keeps every name in its cell', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        const url = `https://x/${name}`;
        const csv = addressesCsv(
          result([project({ id: `team/${name}`, target: { path: name, id: 1, url } })]),
        );
        const cells = csv.slice(csv.indexOf('\n') + 1).match(/(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n)/g);
        expect(cells).toHaveLength(6);
        expect(cells?.join('')).toBe(csv.slice(csv.indexOf('\n') + 1));
      }),
    );
  });
});
