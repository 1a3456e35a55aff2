import type { RewriteOptions, TextWorld } from '../../../../src/tracker/texts/world.ts';
import { rewriteText } from '../../../../src/tracker/texts/rewrite.ts';

const projects: Readonly<Record<string, string>> = {
  'team/app': 'corp/app',
  'team/lib': 'corp/lib',
  'mika/app': 'mika.k/app',
};
const accounts: Readonly<Record<string, string>> = { mika: 'mika.k', ren: 'ren', low: '_low_' };
const pulls = new Set([3, 14]);

/** team/app: 3 and 14 are pull requests, all other numbers up to 20 are issues; the same in the two other repositories. */
export const world: TextWorld = {
  repository: 'team/app',
  kindOf(repository, number) {
    if (number < 1 || number > 20 || (repository !== null && !(repository in projects))) return null;
    return pulls.has(number) ? 'pull' : 'issue';
  },
  projectPath: (repository) => projects[repository] ?? null,
  account: (login) => accounts[login] ?? null,
  groupPath: (owner) => (owner === 'team' ? 'corp' : null),
  upload: (id) => (id.startsWith('lost') ? null : `/uploads/0a1b/${id}.png`),
  pages: { gitbucket: ['https://gb.example/gitbucket'], otherHosts: true, gitlab: 'https://gl.example' },
};

/** Only the text that comes of it. */
export function rewritten(text: string, options: RewriteOptions = {}): string {
  return rewriteText(text, world, options).text;
}

/** What was told, as `what: of`. */
export function told(text: string, options: RewriteOptions = {}): string[] {
  return rewriteText(text, world, options).notices.map(({ what, of }) => `${what}: ${of}`);
}
