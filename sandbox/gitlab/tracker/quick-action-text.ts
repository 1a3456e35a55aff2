/** Every name that is taken out of a text, whether it can be carried out or not (lib/gitlab/quick_actions). */
const COMMANDS =
  `add_child add_contacts add_email approve assign assign_reviewer award board_move clone close confidential
  convert_to_ticket copy_metadata create_merge_request done draft due duplicate epic estimate estimate_time label
  labels lock merge milestone move promote_to promote_to_incident react ready rebase relabel relate remove_child
  remove_contacts remove_due_date remove_email remove_estimate remove_label remove_milestone remove_parent
  remove_reviewer remove_time_estimate remove_time_spent remove_zoom reopen request_changes request_review reviewer
  run_pipeline set_parent severity ship spend spend_time spent submit_review subscribe tag target_branch timeline
  title todo type unapprove unassign unassign_reviewer unlabel unlink unlock unsubscribe zoom`.split(/\s+/);

const SUBSTITUTIONS: Readonly<Record<string, string>> = {
  shrug: '¯\\＿(ツ)＿/¯',
  tableflip: '(╯°□°)╯︵ ┻━┻',
};

const names = [...COMMANDS, ...Object.keys(SUBSTITUTIONS)].toSorted((a, b) => b.length - a.length).join('|');
const ACTION = new RegExp(`(\`[^]+?\`)|^/(${names})(?: ([^\\n]*))?(?:\\s*\\n|$(?![^]))`, 'gim');

export type QuickAction = { name: string; argument: string };

/**
 * Takes the commands out of a text that came by REST (GL-385): lines of a paragraph that begin with a slash, outside
 * code, quotes, lists and HTML. Carriage returns and what is blank at the end go as well.
 */
export function extractActions(text: string): { text: string; actions: QuickAction[] } {
  const lines = text.replaceAll('\r', '').split('\n');
  const actions: QuickAction[] = [];
  const pieces: string[] = [];
  for (const block of blocksOf(lines)) {
    const piece = block.lines.join('\n') + (block.last ? '' : '\n');
    const may = block.paragraph && block.lines.some((line) => line.startsWith('/'));
    pieces.push(may ? extract(piece, actions) : piece);
  }
  return { text: rightStripped(pieces.join('')), actions };
}

/** Ruby's `rstrip`, which leaves other blanks than those of ASCII. */
function rightStripped(text: string): string {
  let end = text.length;
  while (end > 0 && '\0\t\n\v\f\r '.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

function extract(paragraph: string, actions: QuickAction[]): string {
  return paragraph.replaceAll(ACTION, (all, code?: string, given = '', argument = '') => {
    if (code !== undefined) return all;
    const name = String(given).toLowerCase();
    const substitute = SUBSTITUTIONS[name];
    if (substitute !== undefined)
      return `${`${argument} ${substitute}`.trim()}${all.endsWith('\n') ? '\n' : ''}`;
    actions.push({ name, argument: String(argument).trim() });
    return '';
  });
}

type Block = { paragraph: boolean; lines: string[]; last: boolean };

/** Top-level blocks as far as they matter: a paragraph, or anything else. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = [];
  let fence: string | null = null;
  let current: { kind: string; lines: string[] } | null = null;
  const end = (): void => {
    if (current) blocks.push({ paragraph: current.kind === 'paragraph', lines: current.lines, last: false });
    current = null;
  };
  const add = (kind: string, line: string): void => {
    if (current?.kind !== kind) end();
    current ??= { kind, lines: [] };
    current.lines.push(line);
  };
  for (const line of lines) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (fence !== null) {
      add('code', line);
      if (mark !== null && mark.startsWith(fence) && line.trim() === mark) fence = null;
    } else if (mark !== null) {
      end();
      add('code', line);
      fence = mark;
    } else if (line.trim() === '') {
      add('blank', line);
    } else {
      add(kindOf(line, current), line);
    }
  }
  end();
  const last = blocks.at(-1);
  if (last) last.last = true;
  return blocks;
}

/** What begins a block of HTML, also below a paragraph; any other tag does so on a line of its own only. */
const BLOCK =
  /^ {0,3}(?:<!--|<\?|<![a-z]|<!\[CDATA\[|<(?:script|pre|style|textarea)(?:[\s>]|$)|<\/?(?:address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\s|\/?>|$))/i;
const LONE_TAG = /^ {0,3}<(?:\/[a-z][\w-]*\s*|[a-z][\w-]*(?:\s+[^<>]*)?\/?)>\s*$/i;

/** A line that begins nothing goes on with what is there: lists and quotes take lazy lines. */
function kindOf(line: string, current: { kind: string } | null): string {
  if (/^ {0,3}>/.test(line)) return 'quote';
  if (/^ {0,3}(?:[-*+]|1[.)])\s/.test(line)) return 'list';
  if (current?.kind === 'html' || BLOCK.test(line) || (current?.kind !== 'paragraph' && LONE_TAG.test(line)))
    return 'html';
  if (current !== null && ['paragraph', 'list', 'quote'].includes(current.kind)) return current.kind;
  return /^(?: {4}|\t)/.test(line) ? 'indented' : 'paragraph';
}
