import type { BranchProtection, TagProtection } from '../../model/forge.ts';
import { type RefRefusal, refKind, shortName } from './ref-names.ts';

/** What GitLab protects in one project, and what the token's user is there. */
export type Protections = {
  branches: readonly BranchProtection[];
  tags: readonly TagProtection[];
  /** Role of the token's user: Maintainer (40), Owner (50) or administrator (60). */
  level: number;
  /** Branches whose history was rewritten on the source. */
  rewritten: ReadonlySet<string>;
};

export type Write = 'create' | 'update' | 'delete';

const rewriteRefused = 'You are not allowed to force push code to a protected branch on this project.';

const nobody = 0;
const maintainer = 40;

/** Why GitLab does not let the user write the ref, in its own words (GL-171, GL-174, GL-175, GL-177). */
export function protectionRefusal(ref: string, write: Write, protections: Protections): RefRefusal | null {
  const kind = refKind(ref);
  if (kind === 'branch') return branchRefusal(ref, write, protections);
  return kind === 'tag' ? tagRefusal(ref, write, protections) : null;
}

/** True for GitLab's answer to a push that rewrites a protected branch: git gives only this text (GL-171). */
export function isRewriteRefusal(answer: string): boolean {
  return answer.includes(rewriteRefused);
}

function branchRefusal(
  ref: string,
  write: Write,
  { branches, level, rewritten }: Protections,
): RefRefusal | null {
  const name = shortName(ref);
  const rules = branches.filter(({ pattern }) => matchesPattern(pattern, name));
  const [rule] = rules;
  if (rule === undefined) return null;
  const refused = (reason: string): RefRefusal => ({ reason, fix: adviceFor(rule.pattern, 'branches') });
  if (write === 'delete') {
    return refused(
      level >= maintainer
        ? 'You can only delete protected branches using the web interface.'
        : 'You are not allowed to delete protected branches from this project. Only a project maintainer or owner can delete a protected branch.',
    );
  }
  // One that is protected by its own name is opened for the push, and closed again.
  const openable = rules.some(({ pattern, forcePush }) => forcePush || pattern === name);
  if (write === 'update' && rewritten.has(ref) && !openable) {
    return refused(rewriteRefused);
  }
  if (rules.some(({ push }) => reaches(level, push))) return null;
  if (write === 'update')
    return refused('You are not allowed to push code to protected branches on this project.');
  return refused(
    rules.some(({ merge }) => reaches(level, merge))
      ? 'You can only create protected branches using the web interface and API.'
      : 'You are not allowed to create protected branches on this project.',
  );
}

function tagRefusal(ref: string, write: Write, { tags, level }: Protections): RefRefusal | null {
  const name = shortName(ref);
  const rules = tags.filter(({ pattern }) => matchesPattern(pattern, name));
  const [rule] = rules;
  if (rule === undefined) return null;
  const refused = (reason: string): RefRefusal => ({ reason, fix: adviceFor(rule.pattern, 'tags') });
  if (write === 'delete') {
    return refused(
      level >= maintainer
        ? 'You can only delete protected tags using the web interface.'
        : 'You are not allowed to delete protected tags from this project. Only a project maintainer or owner can delete a protected tag.',
    );
  }
  if (write === 'update') return refused('Protected tags cannot be updated.');
  return rules.some(({ create }) => reaches(level, create))
    ? null
    : refused('You are not allowed to create this tag as it is protected.');
}

/** `*` stands for anything, slashes included. */
export function matchesPattern(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}

function reaches(level: number, needed: readonly number[] | null): boolean {
  return needed === null || needed.some((each) => each !== nobody && level >= each);
}

function adviceFor(pattern: string, of: 'branches' | 'tags'): string {
  return `change the protection of ${pattern} on GitLab (Settings > Repository > Protected ${of}), then run the same command again`;
}
