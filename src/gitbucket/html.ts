/** Strict readers of GitBucket's pages. What is not as GitBucket writes it is not read; values are untrusted text. */

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** A text of a page, or of an attribute, as it was before it was escaped. */
export function unescapeHtml(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? all;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

type Tag = { name: string; attributes: ReadonlyMap<string, string>; end: number };

const attribute = /([^\s=>"'/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+)))?/g;

/** All tags of these names, in order; what stands in comments and scripts is not one. */
function tagsOf(html: string, names: readonly string[]): Tag[] {
  const pattern = new RegExp(
    String.raw`<!--[^]*?-->|<script\b[^]*?</script\s*>|<(${names.join('|')})\b((?:[^>"']|"[^"]*"|'[^']*')*)>`,
    'gi',
  );
  return [...html.matchAll(pattern)].flatMap(({ 0: all, 1: name, 2: rest = '', index }) => {
    if (name === undefined) return [];
    const attributes = [...rest.matchAll(attribute)].map(
      ([, key = '', ...values]) =>
        [key.toLowerCase(), unescapeHtml(values.find((value) => value !== undefined) ?? '')] as const,
    );
    return [{ name: name.toLowerCase(), attributes: new Map(attributes), end: index + all.length }];
  });
}

/** The fields of the forms of a page, as a browser would send them: name and value, without boxes that are not ticked. */
export type Fields = {
  /** The value of the first field of that name; null when there is none, or it is not ticked. */
  value(name: string): string | null;
  values(name: string): string[];
  /** Is there a field of that name, ticked or not? */
  has(name: string): boolean;
};

/** GitBucket's values stand in attributes; the text of a `textarea` is not read. */
export function fieldsOf(html: string): Fields {
  const sent: [name: string, value: string][] = [];
  const there = new Set<string>();
  let select: string | null = null;
  for (const { name: tag, attributes } of tagsOf(html, ['input', 'select', '/select', 'option'])) {
    if (tag === 'select') select = attributes.get('name') ?? null;
    if (tag === '/select') select = null;
    const name = tag === 'option' ? select : attributes.get('name');
    if (name === null || name === undefined) continue;
    there.add(name);
    const box = /^(?:checkbox|radio)$/i.test(attributes.get('type') ?? '');
    const on = tag === 'option' ? attributes.has('selected') : !box || attributes.has('checked');
    if (tag !== 'select' && on) sent.push([name, attributes.get('value') ?? 'on']);
  }
  return {
    value: (name) => sent.find(([key]) => key === name)?.[1] ?? null,
    values: (name) => sent.filter(([key]) => key === name).map(([, value]) => value),
    has: (name) => there.has(name),
  };
}

/** The members tab of a group (GB-166); null when the page is another one. */
export function membersOn(html: string): { login: string; manager: boolean }[] | null {
  const blocks = piecesOf(html, '<div class="block-header">', '</div>');
  if (blocks.length === 0) return /(?:^|>)\s*No members\s*(?:<|$)/.test(html) ? [] : null;
  const members = blocks.map((block) => {
    const found = /<a href="[^"<>]*">([^<>]*)<\/a>\s*(\(Manager\))?\s*$/.exec(block);
    return found && { login: unescapeHtml(found[1] ?? '').trim(), manager: found[2] !== undefined };
  });
  return members.includes(null) ? null : members.filter((member) => member !== null);
}

/** What stands between each beginning and the next end. */
function piecesOf(html: string, beginning: string, end: string): string[] {
  const [, ...rest] = html.split(beginning);
  return rest.map((piece) => piece.split(end, 1)[0] ?? '');
}

/** Where an entry of a repository's menu leads: to a part of it, to another address, or nowhere, since it is off. */
type MenuEntry = { state: 'on' | 'off'; external: string | null };

/** What the menu of a repository's pages tells of its tracker and wiki (GB-136); null when the page is another one. */
export function menuOn(html: string): { issues: MenuEntry; wiki: MenuEntry } | null {
  const [menu = ''] = piecesOf(html, '<ul class="sidebar-menu">', '</ul>');
  const entries = new Map<string, MenuEntry>();
  for (const piece of piecesOf(menu, '<a ', '</a>')) {
    const [, label] = /<span>(Files|Issues|Wiki)<\/span>/.exec(piece) ?? [];
    const [, href = ''] = /^[^<>]*?href="([^"<>]*)"/.exec(piece) ?? [];
    const external = /^[^<>]*\btarget="_blank"/.test(piece);
    const entry: MenuEntry = external
      ? { state: 'off', external: unescapeHtml(href) }
      : { state: 'on', external: null };
    if (label !== undefined && !entries.has(label)) entries.set(label, entry);
  }
  if (!entries.has('Files')) return null;
  const off: MenuEntry = { state: 'off', external: null };
  return { issues: entries.get('Issues') ?? off, wiki: entries.get('Wiki') ?? off };
}

/** The calls that fill the page of collaborators (GB-167); null when the page is another one. */
export function collaboratorsOn(html: string): { name: string; role: string; group: boolean }[] | null {
  if (!html.includes('id="collaborator-list"')) return null;
  const call = /^\s*addListHTML\('([^'\\]*)',\s*'([A-Z]+)',\s*'#(group|collaborator)-list'\);/gm;
  return [...html.matchAll(call)].map(([, name = '', role = '', list]) => ({
    name: unescapeHtml(name),
    role,
    group: list === 'group',
  }));
}

export type ListedAccount = {
  login: string;
  fullName: string;
  mail: string;
  administrator: boolean;
  disabled: boolean;
  group: boolean;
  lastSignIn: string | null;
};

/** The administrator's list of all accounts (GB-168, GB-178); null when the page is another one. */
export function accountsOn(html: string): ListedAccount[] | null {
  const rows = piecesOf(html, '<td', '</td>').filter((cell) => /\/_edit(?:user|group)"/.test(cell));
  if (rows.length === 0) return null;
  const accounts = rows.map((cell) => accountIn(cell));
  return accounts.includes(null) ? null : accounts.filter((account) => account !== null);
}

function accountIn(cell: string): ListedAccount | null {
  const start = cell.indexOf('>');
  const inner = cell.slice(start + 1);
  const kind = /\/_edit(user|group)"/.exec(inner)?.[1];
  const strong = /<span class="strong">([^]*?)<\/span>([^]*?)<\/div>/.exec(inner);
  const login = textIn(strong?.[1] ?? '');
  if (kind === undefined || strong === null || login === '') return null;
  const about = textIn(strong[2] ?? '');
  const [, fullName = '', role] = /^\(([^]*)\)\s*- (Administrator|Normal)$/.exec(about) ?? [];
  if (kind === 'user' && role === undefined) return null;
  const mail = /octicon-mail"><\/i>([^<>]*)/.exec(inner)?.[1] ?? '';
  const signedIn = /Last Login:<\/span>([^]*)$/.exec(inner)?.[1];
  return {
    login,
    fullName: fullName.trim(),
    mail: unescapeHtml(mail).trim(),
    administrator: role === 'Administrator',
    disabled: cell.slice(0, start).includes('background-color'),
    group: kind === 'group',
    lastSignIn: textIn(signedIn ?? '') || null,
  };
}

/** What people read of a piece of a page. */
function textIn(html: string): string {
  return unescapeHtml(html.replaceAll(/<(?:[^<>"']|"[^"]*"|'[^']*')*>/g, '')).trim();
}
