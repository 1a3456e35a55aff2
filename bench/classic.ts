import type { EmbeddedGitBucket } from '../sandbox/gitbucket.ts';
import type { EmbeddedGitLab } from '../sandbox/gitlab.ts';
import { environment } from './run.ts';

/** What people do by hand: one bare mirror on disk, then heads and tags into a project that is there already. */
export const classicPair = `set -e
git clone --quiet --mirror "$SOURCE" mirror.git
git -C mirror.git push --quiet "$TARGET" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
`;

/** The same for one line `OWNER NAME GROUP-ID` of a list, project and all. */
export const firstLoop = `set -e
curl -sf -H "PRIVATE-TOKEN: $GITLAB_TOKEN" -H 'content-type: application/json' \\
  -d '{"name":"'"$2"'","path":"'"$2"'","namespace_id":'"$3"',"default_branch":"main"}' "$GITLAB_URL/api/v4/projects" > /dev/null
git clone --quiet --mirror "http://root:$GITBUCKET_TOKEN@$GITBUCKET_HOST/git/$1/$2.git" "mirrors/$2.git"
git -C "mirrors/$2.git" push --quiet "http://oauth2:$GITLAB_TOKEN@$GITLAB_HOST/$1/$2.git" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
`;

/** The loop once more over mirrors that are there. */
export const secondLoop = `set -e
git -C "mirrors/$2.git" fetch --quiet --prune
git -C "mirrors/$2.git" push --quiet "http://oauth2:$GITLAB_TOKEN@$GITLAB_HOST/$1/$2.git" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*'
`;

export function loopEnvironment(
  gitbucket: EmbeddedGitBucket,
  gitlab: EmbeddedGitLab,
): Record<string, string> {
  return {
    ...environment(gitbucket, gitlab),
    GITBUCKET_HOST: gitbucket.url.replace('http://', ''),
    GITLAB_HOST: gitlab.url.replace('http://', ''),
  };
}

/** Git URLs of one repository on the source and of its project on the target, with the tokens that open them. */
export function gitUrls(
  gitbucket: EmbeddedGitBucket,
  gitlab: EmbeddedGitLab,
  path: string,
): { source: string; target: string } {
  return {
    source: `${authority(gitbucket.url, 'root', gitbucket.token('root'))}/git/${path}.git`,
    target: `${authority(gitlab.url, 'oauth2', gitlab.token('root'))}/${path}.git`,
  };
}

function authority(url: string, user: string, token: string): string {
  return url.replace('http://', `http://${user}:${token}@`);
}
