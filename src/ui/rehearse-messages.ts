/** What `gb2gl rehearse` says besides the summary. */
export const settingsUnknown =
  "this token may not read GitLab's settings: the rehearsal took GitLab's own defaults for restricted visibility levels, size limits, default branch and branch protection; with an administrator's token it knows them";

export function nothingWritten(url: string): string {
  return `\nThis was a rehearsal: nothing was written on ${url}.\n`;
}
