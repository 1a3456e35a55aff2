import type { Edit } from './edits.ts';
import type { Reading, Span } from './reading.ts';

/** What looks as on the source only with marks of its own on GitLab. */

/**
 * The source shows each newline of a paragraph, GitLab a blank (`hardbreaks: false` in its Markdown engine). Under a line of
 * `=` or `-` the source makes a heading of one line, GitLab of the whole paragraph.
 */
export function lineBreakEdits(text: string, { softBreaks, underlined }: Reading): Edit[] {
  return [
    ...softBreaks.map(shown),
    ...underlined
      .filter(({ inside, line }) => !inside && line.end - line.start > 1)
      .flatMap(({ lineEnds }) => {
        const last = lineEnds.at(-1);
        if (last === undefined) return [];
        // Indented, the line below would be code.
        const [blanks = ''] = /^[ \t]*/.exec(text.slice(last.end, last.end + longestIndentation)) ?? [];
        return [
          ...lineEnds.slice(0, -1).map(shown),
          { start: last.start, end: last.end + blanks.length, text: '\n\n' },
        ];
      }),
  ];
}

const longestIndentation = 1_000;

function shown(span: Span): Edit {
  return { ...span, text: '  \n' };
}

const formula = /\$\$[^]+?\$\$|\$`[^`]*`\$|\$[^\s$](?:[^$]*[^\s$])?\$(?!\d)/;

/** GitLab alone reads `$a$` as a formula, and `%1` as a milestone. */
export function signEdits(text: string, { visible, kindAt, blocks }: Reading): Edit[] {
  const formulas = blocks.filter(({ start, end }) => formula.test(text.slice(start, end)));
  const dollars = formulas.flatMap(({ start, end }) =>
    [...text.slice(start, end).matchAll(/\$/g)].map(({ index }) => start + index),
  );
  const milestones = [...visible.matchAll(/(?<!\w)%(?=\d+(?!\w))/g)].map(({ index }) => index);
  return [...new Set([...dollars, ...milestones])]
    .filter((at) => kindAt(at) === 'text' || kindAt(at) === 'silent')
    .map((at) => ({ start: at, end: at, text: '\\' }));
}

/**
 * Lines that GitLab takes for commands when a text comes by REST: those of a paragraph that begin with a slash and a word,
 * in code and tags within it too (GL-385). The slash stays, with a mark that nobody sees; where one would be seen, the line
 * ends as a blank, which looks the same there.
 */
export function commandEdits(text: string, { raw }: Reading): Edit[] {
  return [...text.matchAll(/(?<![^\n])\/(?=[A-Za-z])/g)].flatMap(({ index }) => {
    const around = raw.find(({ start, end }) => start <= index && index < end);
    if (around === undefined) return { start: index, end: index, text: '\\' };
    return around.inline ? { start: index - 1, end: index, text: ' ' } : [];
  });
}
