/** Did GitLab refuse the push because an LFS object is missing, or because two texts name one (GL-254, GL-256)? */
export function saysLfsMissing(text: string): boolean {
  return /\bLFS objects are missing\b/.test(text);
}
