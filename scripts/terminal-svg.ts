import type { Cell, Style } from './terminal-screen.ts';

const letterWidth = 8.4;
const lineHeight = 20;
const margin = 20;
const titleHeight = 38;

const background = '#12161d';
const foreground = '#d7dde6';
const faint = '#7b8794';
const colors: Readonly<Record<number, string>> = {
  31: '#ff7b72',
  32: '#6fd58a',
  33: '#e6b450',
  34: '#79b8ff',
  35: '#c9a1ff',
  36: '#5fd0d6',
  90: faint,
};

/** A window with these lines in it, as a picture that needs nothing else. */
export function terminalSvg(
  lines: readonly (readonly Cell[])[],
  options: { title: string; columns: number },
): string {
  const width = Math.ceil(options.columns * letterWidth + 2 * margin);
  const height = titleHeight + lines.length * lineHeight + margin;
  const dots = ['#ff5f57', '#febc2e', '#28c840']
    .map((color, index) => `<circle cx="${margin + 2 + index * 18}" cy="19" r="5.5" fill="${color}"/>`)
    .join('');
  const body = lines.map((line, index) => textLine(line, titleHeight + index * lineHeight + 14)).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(options.title)}</title>
<rect width="${width}" height="${height}" rx="10" fill="${background}"/>
${dots}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="${foreground}">
${body}
</g>
</svg>
`;
}

function textLine(line: readonly Cell[], y: number): string {
  return runs(line)
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, at, style }) => {
      // Viewers fold neighbouring blanks; the other kind of blank stays.
      const length = (Array.from(text).length * letterWidth).toFixed(1);
      const x = (margin + at * letterWidth).toFixed(1);
      return `<text x="${x}" y="${y}" textLength="${length}"${look(style)}>${escaped(text).replaceAll(' ', '\u00a0')}</text>`;
    })
    .join('');
}

/** Neighbours that look alike, without blanks at either end. */
function runs(line: readonly Cell[]): { text: string; at: number; style: Style }[] {
  const found: { text: string; at: number; style: Style }[] = [];
  for (const [at, { letter, style }] of line.entries()) {
    const last = found.at(-1);
    if (last && look(last.style) === look(style)) last.text += letter;
    else found.push({ text: letter, at, style });
  }
  return found.map(({ text, at, style }) => {
    const blanks = text.length - text.trimStart().length;
    return { text: text.trim(), at: at + blanks, style };
  });
}

function look({ bold, dim, color }: Style): string {
  const weight = bold ? ' font-weight="700"' : '';
  const paint = color === null ? null : (colors[color] ?? foreground);
  if (paint !== null) return `${weight} fill="${paint}"`;
  return dim ? `${weight} fill="${faint}"` : weight;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
