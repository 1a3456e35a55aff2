import type { Context } from '../context.ts';
import { trackerOf, type Project } from '../state.ts';
import { nextId } from './items.ts';
import type { ReleaseLinkState, ReleaseState } from './state.ts';

/** What a request gives for a link. */
export type LinkFields = {
  name?: string | undefined;
  url?: string | undefined;
  directAssetPath?: string | undefined;
  linkType?: string | undefined;
};

export function findRelease(project: Project, tag: string): ReleaseState | null {
  return trackerOf(project).releases.find((release) => release.tag === tag) ?? null;
}

/** What the model objects to in a link (GL-450), as whole sentences. */
export function linkErrors(
  links: readonly ReleaseLinkState[],
  { name = '', url = '', directAssetPath }: LinkFields,
): string[] {
  const schemes = /^(?:https?|ftp):\/\/[^/]/i;
  const path = directAssetPath ?? '';
  return [
    ...(name === '' ? ["Name can't be blank"] : []),
    ...(links.some((link) => link.name === name) ? ['Name has already been taken'] : []),
    ...(url === '' ? ["Url can't be blank"] : []),
    ...(schemes.test(url) ? [] : ['Url is blocked: Only allowed schemes are http, https, ftp']),
    ...(links.some((link) => link.url === url) ? ['Url has already been taken'] : []),
    ...(links.some((link) => link.directAssetPath && link.directAssetPath === path)
      ? ['Filepath has already been taken']
      : []),
    ...(path.length > 128 ? ['Filepath is too long (maximum is 128 characters)'] : []),
    ...(directAssetPath !== undefined && !isAssetPath(path) ? ['Filepath is in an invalid format'] : []),
  ];
}

function isAssetPath(path: string): boolean {
  return /^\/[^/](?!.*\/\/)[-.\w/]+[\da-z]+$/i.test(path);
}

export function newLink(context: Context, fields: LinkFields): ReleaseLinkState {
  return {
    id: nextId(context),
    name: fields.name ?? '',
    url: fields.url ?? '',
    linkType: fields.linkType ?? 'other',
    directAssetPath: fields.directAssetPath ?? null,
  };
}
