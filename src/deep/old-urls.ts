/** Where a submodule's URL leads, seen from the source. */
export type OldUrl = {
  /** `owner/name` on the source; null when the URL names none. */
  repository: string | null;
  relative: boolean;
};

const SCP = /^(?:[^@/:]+@)?([^/:]+):(?!\/\/)(.*)$/;

/**
 * Reads a submodule's URL: null unless it leads to the source, by its host or because it is relative. `id` is the
 * repository that has the submodule; git resolves a relative URL against the address that was cloned.
 */
export function oldUrl(url: string, source: string, id: string): OldUrl | null {
  if (/^\.{1,2}(\/|$)/.test(url)) return { repository: resolved(url, id), relative: true };
  const base = new URL(source);
  if (URL.canParse(url)) return absolute(new URL(url), base);
  const [, host, path = ''] = SCP.exec(url) ?? [];
  if (host?.toLowerCase() !== base.hostname) return null;
  return { repository: repositoryIn(path), relative: false };
}

/** ssh has a port and no context path of its own; a second server on the same host has another path. */
function absolute(url: URL, base: URL): OldUrl | null {
  if (url.hostname.toLowerCase() !== base.hostname) return null;
  if (!/^https?:$/.test(url.protocol)) return { repository: repositoryIn(url.pathname), relative: false };
  const context = base.pathname.replace(/\/$/, '');
  if (!url.pathname.startsWith(`${context}/`)) return null;
  return { repository: repositoryIn(url.pathname.slice(context.length)), relative: false };
}

/** `/git/owner/name.git`, `/owner/name.git`, `/owner/name`. */
function repositoryIn(path: string): string | null {
  const [, owner, name] = /^\/?(?:git\/)?([^/]+)\/([^/]+?)(?:\.git)?\/?$/.exec(decoded(path)) ?? [];
  return owner === undefined || name === undefined ? null : `${owner}/${name}`;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Follows `./` and `../` from `git/owner/name.git`, as git does. */
function resolved(url: string, id: string): string | null {
  const place = ['git', ...id.split('/')];
  for (const part of url.split('/')) {
    if (part === '..') place.pop();
    else if (part !== '.' && part !== '') place.push(part);
  }
  return repositoryIn(`/${place.join('/')}`);
}
