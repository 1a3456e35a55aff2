import * as z from 'zod';
import { Failure } from '../failures/failure.ts';
import type { Noise, TargetQuiet } from '../model/target-quiet.ts';
import type { GitLabClient } from './client.ts';
import { missingFields, unlessAbsent } from './errors.ts';

const flag = z.boolean().nullish();
const Settings = z
  .object({
    builds_access_level: z.string().nullish(),
    emails_enabled: flag,
    /** Before 16.5. */
    emails_disabled: flag,
    autoclose_referenced_issues: flag,
  })
  // Beside a branch `HEAD` the answer is null, and nothing was changed (GL-165).
  .nullable();

const Integration = z.object({
  slug: z.string(),
  active: z.boolean().default(true),
  inherited: z.boolean().optional(),
});

/** GitLab's ways to be quiet. */
export function createQuiet(gitlab: GitLabClient): TargetQuiet {
  function integration(
    id: number,
    slug: string,
    object: string,
  ): Promise<z.infer<typeof Integration> | null> {
    return unlessAbsent(
      gitlab.request(object, Integration, (api) => api.Integrations.show(id, slug as never)),
    );
  }

  return {
    async setNoise({ id, fullPath }, noise) {
      const answer = await gitlab.request(fullPath, Settings, (api) =>
        api.Projects.edit(id, noiseFields(noise)),
      );
      return noiseOf(answer ?? {});
    },
    async groupMails({ id, fullPath }) {
      const group = gitlab.request(fullPath, Settings, (api) => api.Groups.show(id, { withProjects: false }));
      return noiseOf((await unlessAbsent(group)) ?? {}).mails ?? null;
    },
    async setGroupMails({ id, fullPath }, on) {
      const answer = await gitlab.request(fullPath, Settings, (api) =>
        api.Groups.edit(id, mailFields(on) as Parameters<typeof api.Groups.edit>[1]),
      );
      return noiseOf(answer ?? {}).mails === on;
    },
    async integrations({ id, fullPath }) {
      try {
        const path = `/projects/${id}/integrations`;
        const found = await gitlab.list({ path, type: Integration, object: fullPath });
        return found
          .filter(({ active }) => active)
          .map(({ slug, inherited }) => ({ slug, inherited: inherited ?? false }));
      } catch (error) {
        if (error instanceof Failure && error.refusal?.status === 403) return null;
        throw error;
      }
    },
    async disableIntegration({ id, fullPath }, slug) {
      const done = gitlab.request(fullPath, z.unknown(), async (api) => {
        await api.Integrations.disable(id, slug as never);
        return true;
      });
      return (await unlessAbsent(done)) !== null;
    },
    async inheritIntegration({ id, fullPath }, slug) {
      const before = await integration(id, slug, fullPath);
      if (before === null || before.active) return true;
      try {
        await inherit(gitlab, { id, fullPath, slug }, usualFields);
      } catch (error) {
        if (error instanceof Failure && error.refusal?.kind === 'nothing-to-inherit') return true;
        throw error;
      }
      // The answer may be older than what it has done (GL-365).
      return (await integration(id, slug, fullPath))?.active === true;
    },
  };
}

const ignored = 'inherited';
/** Those of chats and of Jira; what a kind does not know is dropped (GL-19). */
const usualFields: Record<string, string> = { webhook: ignored, url: ignored, password: ignored };

/** GitLab wants the fields of its kind, and ignores them: which these are it says itself (GL-370). */
async function inherit(
  gitlab: GitLabClient,
  where: { id: number; fullPath: string; slug: string },
  fields: Record<string, string>,
): Promise<void> {
  const { id, fullPath, slug } = where;
  try {
    await gitlab.request(fullPath, Integration, (api) =>
      api.Integrations.edit(id, slug as never, { useInheritedSettings: true, ...fields }),
    );
  } catch (error) {
    const missing = error instanceof Failure ? missingFields(error.detail) : [];
    if (missing.length === 0 || fields !== usualFields) throw error;
    const more = Object.fromEntries(missing.map((name) => [name, ignored]));
    await inherit(gitlab, where, { ...usualFields, ...more });
  }
}

/** The fields of a project in which this is told; both spellings of those that were renamed in 16.5. */
export function noiseFields({ builds, mails, autoclose }: Noise) {
  return {
    ...(builds === undefined ? {} : { buildsAccessLevel: accessLevel(builds) }),
    ...(mails === undefined ? {} : mailFields(mails)),
    ...(autoclose === undefined ? {} : { autocloseReferencedIssues: autoclose }),
  };
}

export function mailFields(on: boolean): { emailsEnabled: boolean; emailsDisabled: boolean } {
  return { emailsEnabled: on, emailsDisabled: !on };
}

/** What a project says of it; the own setting, not that of groups above. */
export function noiseOf(project: NonNullable<z.infer<typeof Settings>>): Noise {
  const { builds_access_level: builds, autoclose_referenced_issues: autoclose } = project;
  const { emails_enabled: on, emails_disabled: off } = project;
  const mails = on ?? (typeof off === 'boolean' ? !off : undefined);
  return {
    ...(typeof builds === 'string' ? { builds } : {}),
    ...(mails === undefined ? {} : { mails }),
    ...(typeof autoclose === 'boolean' ? { autoclose } : {}),
  };
}

/** A level that every feature takes. */
export function accessLevel(level: string): 'disabled' | 'private' | 'enabled' {
  return level === 'disabled' || level === 'private' ? level : 'enabled';
}
