/** The beginning of a name counts, so `<40 hex>-fix` is refused too (GL-180). */
const LOOKS_LIKE_ID = /^[0-9a-f]{40}/i;
// oxlint-disable-next-line no-control-regex -- git forbids control characters in ref names
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|^[./]|[./]$/;

export function looksLikeObjectId(name: string): boolean {
  return LOOKS_LIKE_ID.test(name);
}

/** What `git init --initial-branch` takes, which is more than GitLab lets anybody push. */
export function isRefName(name: string): boolean {
  return name !== '' && !FORBIDDEN.test(name);
}

/** GitLab's own validator for short branch and tag names (lib/gitlab/git_ref_validator.rb). */
export function isValidRefName(name: string): boolean {
  if (name === 'HEAD' || name.startsWith('-') || !isRefName(name)) return false;
  return !name.startsWith('refs/heads/') && !name.startsWith('refs/remotes/');
}

/** A ref is a file whose lock has its name and `.lock`; no part of a path has more than 255 bytes (GL-188). */
export function isTooLong(ref: string): boolean {
  return `${ref}.lock`.split('/').some((part) => Buffer.byteLength(part) > 255);
}
