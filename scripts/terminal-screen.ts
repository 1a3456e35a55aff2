export type Style = { bold: boolean; dim: boolean; color: number | null };
export type Cell = { letter: string; style: Style };

/** What a terminal shows: only the sequences that gb2gl sends are understood. */
export type Screen = {
  write(text: string): void;
  rows(): Cell[][];
};

const plain: Style = { bold: false, dim: false, color: null };
// oxlint-disable-next-line no-control-regex
const sequences = /\u001b\[([?\d;]*)([A-Za-z])|([\s\S])/gu;

/** An endless screen: nothing scrolls away. */
export function createScreen(): Screen {
  const rows: Cell[][] = [[]];
  let style = plain;
  let row = 0;
  let column = 0;
  let rest = '';

  function put(letter: string): void {
    const line = (rows[row] ??= []);
    while (line.length < column) line.push({ letter: ' ', style: plain });
    line[column] = { letter, style };
    column += 1;
  }

  function letterOf(letter: string): void {
    if (letter === '\r') column = 0;
    else if (letter === '\n') {
      row += 1;
      rows[row] ??= [];
    } else put(letter);
  }

  function command(parameters: string, name: string): void {
    const number = Number(parameters) || 1;
    if (name === 'A') row = Math.max(0, row - number);
    if (name === 'G') column = number - 1;
    if (name === 'K' && parameters === '2') rows[row] = [];
    if (name === 'm') style = parameters.split(';').reduce(styled, style);
  }

  return {
    write(text) {
      const all = rest + text;
      // A sequence may come in two pieces.
      // oxlint-disable-next-line no-control-regex
      const torn = /\u001b(\[[?\d;]*)?$/.exec(all);
      rest = torn ? torn[0] : '';
      for (const [, parameters = '', name, letter] of (torn ? all.slice(0, torn.index) : all).matchAll(
        sequences,
      )) {
        if (name !== undefined) command(parameters, name);
        else letterOf(letter ?? '');
      }
    },
    rows: () => rows.map((line) => [...line]),
  };
}

/** Select graphic rendition, as far as picocolors uses it. */
function styled(style: Style, parameter: string): Style {
  const code = Number(parameter);
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, color: null };
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...style, color: code };
  return style;
}

export function textOf(line: readonly Cell[]): string {
  return line
    .map(({ letter }) => letter)
    .join('')
    .trimEnd();
}
