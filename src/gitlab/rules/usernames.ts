import { legalPath, maxPathLength, type PathViolation } from './paths.ts';

/** As extensions of pictures and pages, which an address must not end in (GL-81). */
const extensionEnd = /\.([a-z0-9]+)$/i;
const extensions: ReadonlySet<string> = new Set(
  'atom bmp css csv gif git gz htm html ico ics jpe jpeg jpg js json mp4 pdf png rss svg text tif tiff txt vtt xml yaml yml zip'.split(
    ' ',
  ),
);
const forPrograms = /^(?:duo|ai)[-_]/i;

const extensionMessage = 'ending with a reserved file extension is not allowed.';
const programMessage =
  "starting with 'duo-', 'duo_', 'ai-' or 'ai_' is reserved for GitLab AI entities. Please choose a different name.";

/** Rules that a user name breaks; empty when GitLab takes it (GL-70, GL-71, GL-73, GL-79, GL-81). */
export function legalUsername(username: string): PathViolation[] {
  const violations = legalPath(username, 'top-group');
  const extension = extensionEnd.exec(username)?.[1]?.toLowerCase() ?? '';
  if (extensions.has(extension)) violations.push({ rule: 'format', message: extensionMessage });
  if (forPrograms.test(username)) violations.push({ rule: 'reserved', message: programMessage });
  return violations;
}

const accents = /\p{M}+/gu;
const illegal = /[^a-zA-Z0-9._-]+/g;
const separators = /[._-]{2,}/g;
const edges = /^[._-]+|[._-]+$/g;

/** The legal user name nearest to a login; of a mail address, its first part. Always the same one. */
export function suggestUsername(login: string): string {
  const [name = ''] = login.split('@');
  const clean = (name === '' ? login : name)
    .normalize('NFKD')
    .replace(accents, '')
    .replace(illegal, '-')
    .replace(separators, (run) => run.charAt(0))
    .replace(edges, '')
    .slice(0, maxPathLength - '-user'.length)
    .replace(edges, '');
  if (legalUsername(clean).length === 0) return clean;
  const joined = clean.replaceAll('.', '-').replace(forPrograms, (start) => start.slice(0, -1));
  if (legalUsername(joined).length === 0) return joined;
  return joined === '' ? 'user' : `${joined}-user`;
}
