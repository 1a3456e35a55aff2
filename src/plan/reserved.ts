/** Words that GitLab keeps for its own routes (gitlab-contract §2.4), compared without regard to case. */

const TOP_LEVEL_WORDS: ReadonlySet<string> = new Set([
  '-',
  '.well-known',
  '404.html',
  '422.html',
  '500.html',
  '502.html',
  '503.html',
  'admin',
  'api',
  'apple-touch-icon.png',
  'assets',
  'dashboard',
  'deploy.html',
  'explore',
  'favicon.ico',
  'favicon.png',
  'groups',
  'health_check',
  'help',
  'import',
  'jwt',
  'login',
  'o',
  'oauth',
  'profile',
  'projects',
  'public',
  'robots.txt',
  's',
  'search',
  'sitemap',
  'sitemap.xml',
  'sitemap.xml.gz',
  'slash-command-logo.png',
  'snippets',
  'unsubscribes',
  'uploads',
  'users',
  'v2',
]);

const NESTED_WORDS: ReadonlySet<string> = new Set([
  '-',
  'badges',
  'blame',
  'blob',
  'builds',
  'commits',
  'create',
  'create_dir',
  'edit',
  'files',
  'find_file',
  'new',
  'preview',
  'raw',
  'refs',
  'tree',
  'update',
  'wikis',
]);

/** Reserved only as a sequence of components; the first component of a full path never takes part. */
const NESTED_SEQUENCES = ['environments/folders', 'gitlab-lfs/objects', 'info/lfs/objects'] as const;

/** May the name not be used for a top-level group? */
export function isTopLevelWord(name: string): boolean {
  return TOP_LEVEL_WORDS.has(name.toLowerCase());
}

/** May the name not be used for a subgroup or a project? */
export function isNestedWord(name: string): boolean {
  return NESTED_WORDS.has(name.toLowerCase());
}

/** Does the full path end in a reserved sequence, e.g. `top/environments/folders`? */
export function endsInReservedSequence(fullPath: string): boolean {
  const nested = fullPath.toLowerCase().split('/').slice(1).join('/');
  return NESTED_SEQUENCES.some((words) => nested === words || nested.endsWith(`/${words}`));
}
