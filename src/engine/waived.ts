import type { Notice } from '../model/notice.ts';
import type { LeftOut } from '../model/plan.ts';
import type { SourceInventory } from '../model/forge.ts';

/** What somebody knows and goes on with: codes of findings, and what on the source may stay unread, an owner or `owner/name`. */
export type Waived = { codes: ReadonlySet<string>; unread: ReadonlySet<string> };

type Aside = { problems: Notice[]; leftOut: LeftOut[] };

/** The inventory and the problems of the listings without what is waived, and all that is left out on purpose. */
export function withoutWaived(
  source: SourceInventory & Pick<Aside, 'leftOut'>,
  unlisted: readonly Notice[],
  { unread }: Pick<Waived, 'unread'>,
): { source: SourceInventory } & Aside {
  const inventory = setAside(source.problems, unread);
  const listings = setAside(unlisted, unread);
  const leftOut = [...source.leftOut, ...inventory.leftOut, ...listings.leftOut];
  const warnings = [...source.warnings, ...idleWaivers(leftOut, unread)];
  return {
    source: { ...source, problems: inventory.problems, warnings },
    problems: listings.problems,
    leftOut,
  };
}

/** Each once: what is broken as a whole is met by the refs and by the collaborators of a repository. */
export function distinct(problems: readonly Notice[]): Notice[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

function setAside(found: readonly Notice[], unread: ReadonlySet<string>): Aside {
  const aside = found.filter(({ object }) => unread.has(object));
  return {
    problems: found.filter(({ object }) => !unread.has(object)),
    leftOut: aside.map(({ object, message }) => ({ object, by: '--waive', message })),
  };
}

/** What is waived although it can be read, or is mistyped: one sentence for each. */
function idleWaivers(leftOut: readonly LeftOut[], unread: ReadonlySet<string>): string[] {
  const met = new Set(leftOut.map(({ object }) => object));
  return [...unread]
    .filter((object) => !met.has(object))
    .map((object) => `--waive unreadable:${object} is not needed: nothing of that name failed to be read`);
}
