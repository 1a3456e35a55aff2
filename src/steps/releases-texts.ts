import type { TargetRelease } from '../model/target-tracker.ts';
import type { TrackerItem, TrackerReader, TrackerRelease } from '../model/tracker.ts';
import { createProblems, type Problems } from '../tracker/archive/problems.ts';
import { hashed, withoutSecrets } from '../tracker/proof.ts';
import { attachmentsIn } from '../tracker/texts/attachments.ts';
import { attributed, attributionLine } from '../tracker/texts/attribution.ts';
import { rewriteText } from '../tracker/texts/rewrite.ts';
import { splitText } from '../tracker/texts/split.ts';
import { titleOf } from '../tracker/texts/title.ts';
import type { ReleasesChecking } from './releases-part.ts';
import { remark } from './step.ts';
import { worldOf } from './tracker-making.ts';
import type { Notice } from '../model/notice.ts';

/** A release as GitLab shows it in its list, and what of it is to be known. */
export type WantedRelease = Omit<TargetRelease, 'links'> & { notices: Notice[] };

/** How the releases of one repository are written on GitLab. */
export type ReleaseWriter = {
  wanted(release: TrackerRelease, files: ReadonlyMap<string, string>): WantedRelease;
  problems: Problems;
};

/** What GitLab takes of a description, in characters (GL-450), with room for the line of attribution. */
const most = 1_000_000 - 4096;

/** Opens the writer for a repository; numbers of items mean something only where these move too. */
export async function openWriter(reader: TrackerReader, work: ReleasesChecking): Promise<ReleaseWriter> {
  const { context, accounts, item } = work;
  const { config, plan, identity, runtime, target, source } = context;
  const problems = createProblems();
  const kinds = new Map<number, TrackerItem['kind']>();
  if (config.migrate.tracker !== 'off')
    for (const { number, kind } of await reader.numbers()) kinds.set(number, kind);
  const names = new Map(plan.people.map(({ person }) => [person.login, person.fullName]));

  function attribution(author: string | null, at: string | null): string | null {
    if (author === null || accounts.get(author)?.id === identity.user.id) return null;
    const { attribution: template } = config.migrate;
    const dated = at === null ? template.replaceAll(/[,;]?\s*\{date\}/g, '') : template;
    const url = `${source.url}/${encodeURIComponent(author)}`;
    return attributionLine(dated, {
      action: 'released',
      login: author,
      name: names.get(author) ?? null,
      url,
      at: at ?? '',
    });
  }

  return {
    problems,
    wanted({ tag, name, body, author, createdAt }, files) {
      const world = worldOf(work, kinds, files);
      const tell = ({ what, of }: { what: string; of: string }): void =>
        problems.say(`text-${what}` as 'text-link-left', tag, of);
      const { text, notices } = rewriteText(body, world);
      for (const notice of notices) tell(notice);
      const notes: Notice[] = [];
      const say = (code: string, message: string): void => {
        notes.push(remark(code, item.id, `release ${tag}: ${message}`));
      };
      const [fitting = '', ...rest] = splitText(text, { unit: 'characters', most });
      if (rest.length > 0)
        say('release-text-cut', 'its text is too long for GitLab: the end of it stays on GitBucket');
      const line = attribution(author, createdAt);
      // Like GitBucket, GitLab names one after its tag that has no name.
      const { title, rest: longName } = titleOf(name.trim() === '' ? tag : name);
      if (longName !== null) say('release-name-cut', 'its name is too long for GitLab, so it is cut');
      const now = runtime.now() + (target.clockMs() ?? 0);
      const early = createdAt !== null && Date.parse(createdAt) > now;
      if (early)
        say(
          'release-date',
          `by GitLab's clock its date (${createdAt}) has yet to come, so it gets the date of its move`,
        );
      if (createdAt === null)
        say(
          'release-undated',
          'its date is not known without a session on GitBucket, so it gets that of its move',
        );
      return {
        tag,
        name: title,
        text: line === null ? fitting : attributed(line, fitting),
        // Without one GitLab takes its own clock's.
        releasedAt: early ? null : createdAt,
        notices: notes,
      };
    },
  };
}

/** Ids and names of what the text of a release embeds. */
export function embeddedIn({ body }: TrackerRelease): Map<string, string> {
  return new Map(attachmentsIn(body).map(({ id, name }) => [id, name === '' ? id : name]));
}

/** One word for name, text and date; the secrets in addresses of uploads are left out. A date of null says nothing. */
export function digestOfRelease({
  name,
  text,
  releasedAt,
}: Pick<TargetRelease, 'name' | 'text' | 'releasedAt'>): string {
  const at = releasedAt === null ? null : new Date(releasedAt).toISOString();
  return hashed([name, withoutSecrets(text), at]);
}

/** The same of what the source has. */
export function digestOfSource({ name, body, author, createdAt }: TrackerRelease): string {
  return hashed([name, body, author, createdAt]);
}
