import { expect, test } from 'vitest';
import { git } from '../../helpers/commits.ts';
import { commitPages } from '../../helpers/wikis.ts';
import { as, startGitLab } from './api-fixture.ts';

async function wikiWith(files: Record<string, string>) {
  const gitlab = await startGitLab();
  const root = as(gitlab, gitlab.token('root'));
  const made = await root.post('/projects', { name: 'w' });
  const pages = `/projects/${made.body.id}/wikis`;
  // The first look makes the repository.
  expect((await root.get(pages)).body).toEqual([]);
  const gitDir = gitlab.wikiDir('root/w');
  commitPages(gitDir, 'main', files);
  return { gitlab, root, pages, gitDir };
}

test('pages are the files with a known extension, wherever they lie, by their path without it (GL-274)', async () => {
  const { root, pages } = await wikiWith({
    'Home.md': 'h',
    'A B.markdown': '1',
    'dir/A-B.RST': '2',
    'x.rst.txt': '3',
    '_Footer.md': '4',
    'templates/t.md': '5',
    'logo.png': '6',
    README: '7',
  });
  const found = (await root.get(pages)).body as { slug: string; title: string; format: string }[];
  expect(found.map(({ slug, title, format }) => [slug, title, format])).toEqual([
    ['A B', 'A B', 'markdown'],
    ['Home', 'Home', 'markdown'],
    ['_Footer', '_Footer', 'markdown'],
    ['dir/A-B', 'A B', 'rest'],
    ['templates/t', 't', 'markdown'],
    ['x.rst', 'x.rst', 'plaintext'],
  ]);
  expect((await root.get(`${pages}/dir%2Fa-b`)).body).toMatchObject({ content: '2', slug: 'dir/A-B' });
});

test('a page that is written by REST goes to the branch that is shown, in the name of the token’s user (GL-276)', async () => {
  const { root, pages, gitDir } = await wikiWith({ 'Home.md': 'h' });
  git(gitDir, 'update-ref', 'refs/heads/master', 'refs/heads/main');
  git(gitDir, 'symbolic-ref', 'HEAD', 'refs/heads/master');
  expect((await root.post(pages, { title: 'New Page', content: 'c' })).status).toBe(201);
  expect(git(gitDir, 'log', '--format=%an %s', 'master')).toContain('created page: New Page');
  expect(git(gitDir, 'show', 'master:New-Page.md')).toBe('c');
  const again = await root.post(pages, { title: 'new page', content: 'c' });
  expect(again.body).toEqual({
    message: { base: ['Duplicate page: A page with that title already exists in the file new-page.md'] },
  });
});
