/** What GitLab and its git check in what they receive, and how to get round it (GL-230 to GL-234). */

/** Did GitLab refuse the push because an LFS object is missing, or because two texts name one (GL-254, GL-256)? */
export function saysLfsMissing(text: string): boolean {
  return /\bLFS objects are missing\b/.test(text);
}

/** These three it ignores, whatever an administrator sets (GL-231, GL-233). */
export const ignoredChecks = ['badTimezone', 'missingSpaceBeforeDate', 'zeroPaddedFilemode'] as const;

/** git lets no setting ignore these; a skip list does (GL-234). */
const neverIgnored: ReadonlySet<string> = new Set(['nulInHeader', 'unterminatedHeader']);

/** The name of the file with the ids of refused objects, in the folder of each report that knows some. */
export const skipListName = 'fsck-skip-list.txt';

/** The ways out for a repository with objects that GitLab's git refuses for this check. */
export function waysOut(check: string, repository: string): string {
  const ways = [
    ...(neverIgnored.has(check)
      ? []
      : [
          `a GitLab administrator lets the check pass: { key: "receive.fsck.${check}", value: "ignore" } in the git config of gitaly['configuration'] in gitlab.rb`,
        ]),
    `a GitLab administrator lets these objects pass: copy ${skipListName} from the folder of this report to the Gitaly server, and name it there the same way as { key: "receive.fsck.skipList", value: "/path/of/the/copy" }`,
    `gb2gl rewrites what is wrong, which gives these commits and all that follow them new ids: add "${repository}" to "rewrite" below "migrate" in the config`,
  ];
  return `one of these, then run again: ${ways.map((way, index) => `(${index + 1}) ${way}`).join('; ')}`;
}

const refused = /\bobject ([0-9a-f]{40}): (\w+):/g;

/** Objects, each with its check, that the words of a refusal name (GL-232). */
export function refusedObjects(text: string): { id: string; check: string }[] {
  return [...text.matchAll(refused)].map(([, id = '', check = '']) => ({ id, check }));
}
