import type { GitService, GitTarget } from './admission.ts';

/** What a URL below a repository asks for. */
export type GitAddress = {
  target: GitTarget;
  query: URLSearchParams;
} & (
  | { kind: 'info-refs' }
  | { kind: 'service'; service: GitService }
  | { kind: 'lfs'; path: string }
  /** `info/refs` without `.git` in the URL. */
  | { kind: 'redirect'; path: string }
);

const BELOW =
  /^(.+?)(\.wiki)?\.git\/(info\/refs|git-upload-pack|git-receive-pack|info\/lfs(?:\/.*)?|gitlab-lfs\/objects\/.+)$/;
const BARE = /^(.+)\/info\/refs$/;

/** Takes a request's URL apart; null when it is none of git's. */
export function gitAddress(url: string, relativeUrl: string): GitAddress | null {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  if (!path.startsWith(`${relativeUrl}/`)) return null;
  const query = new URLSearchParams(question < 0 ? '' : url.slice(question + 1));
  const local = decode(path.slice(relativeUrl.length + 1));
  if (local === null || local.startsWith('api/v4/')) return null;
  const match = BELOW.exec(local);
  if (!match) return bare(local, query);
  const [, fullPath, wiki, below] = match as unknown as [string, string, string | undefined, string];
  const target = { fullPath, wiki: wiki !== undefined };
  if (below === 'info/refs') return { kind: 'info-refs', target, query };
  if (below === 'git-upload-pack' || below === 'git-receive-pack') {
    return { kind: 'service', service: below, target, query };
  }
  return { kind: 'lfs', path: below, target, query };
}

/** Only smart clients are led on (config/routes/git_http.rb). */
function bare(local: string, query: URLSearchParams): GitAddress | null {
  const fullPath = BARE.exec(local)?.[1];
  if (fullPath === undefined || serviceOf(query) === null) return null;
  const target = { fullPath, wiki: false };
  return { kind: 'redirect', path: `${fullPath}.git/info/refs`, target, query };
}

export function serviceOf(query: URLSearchParams): GitService | null {
  const service = query.get('service');
  return service === 'git-upload-pack' || service === 'git-receive-pack' ? service : null;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
