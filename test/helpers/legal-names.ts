import * as fc from 'fast-check';

/** Words that break a rule of GitLab, or nearly so (GL-70 to GL-75, GL-79, GL-80). */
const WORDS = `
  api Admin dashboard help v2 s o public groups 404.html robots.txt blob RAW wikis new tree create_dir files
  environments folders gitlab-lfs objects info lfs app App app.wiki app-wiki raw-repo blob-group x.git x.GIT x-git
  x.atom x.Atom .github ... 2024 0 cplusplus c duo-bot me.json`
  .trim()
  .split(/\s+/);

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Any name that GitBucket takes for an account: `[a-zA-Z0-9\-_.]+`, not starting with `_` or `-` (GB-50). */
export const accountName = names({ start: '.', within: '.-_' });

/** Any name that GitBucket takes for a repository: a plus is allowed too. */
export const repositoryName = names({ start: '.+', within: '.-_+' });

/** Ordinary names, long ones, special words, and names of a small alphabet, which collide once they are cleaned. */
function names(odd: { start: string; within: string }): fc.Arbitrary<string> {
  const first = oneOf(LETTERS + odd.start);
  const others = oneOf(LETTERS + odd.within);
  return fc.oneof(
    { weight: 4, arbitrary: name(first, others, { maxLength: 12 }) },
    { weight: 4, arbitrary: name(oneOf(`aB${odd.start}`), oneOf(`ab${odd.within}`), { maxLength: 4 }) },
    { weight: 1, arbitrary: name(first, others, { minLength: 80, maxLength: 99 }) },
    { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  );
}

function name(
  first: fc.Arbitrary<string>,
  others: fc.Arbitrary<string>,
  length: { minLength?: number; maxLength: number },
): fc.Arbitrary<string> {
  return fc.tuple(first, fc.array(others, length)).map(([start, rest]) => start + rest.join(''));
}

function oneOf(letters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...letters.split(''));
}
