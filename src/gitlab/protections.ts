import type { Gitlab } from '@gitbeaker/rest';
import { z } from 'zod';
import { Failure } from '../failures/failure.ts';
import type { Http } from '../net/http.ts';
import { orNull } from './errors.ts';
import type { BranchProtection, TagProtection } from './rules/protections.ts';
import { parse } from './schema.ts';

type Client = InstanceType<typeof Gitlab>;

const Levels = z
  .array(
    z.object({
      access_level: z.number().nullish(),
      user_id: z.number().nullish(),
      group_id: z.number().nullish(),
      deploy_key_id: z.number().nullish(),
    }),
  )
  .default([]);

const Branch = z.object({
  name: z.string(),
  push_access_levels: Levels,
  merge_access_levels: Levels,
  allow_force_push: z.boolean().default(false),
});

const Tag = z.object({ name: z.string(), create_access_levels: Levels });

export type ProtectionLookups = {
  /** Null when the token may not read them. */
  protectedBranches(projectId: number): Promise<BranchProtection[] | null>;
  protectedTags(projectId: number): Promise<TagProtection[] | null>;
};

/** What a project protects (gitlab-contract §3.4, §9). */
export function createProtectionLookups(client: Client, http: Http): ProtectionLookups {
  return {
    async protectedBranches(projectId) {
      const answer = await readable(http, projectId, () =>
        client.ProtectedBranches.all(projectId, { perPage: 100 }),
      );
      if (answer === null) return null;
      return parse(z.array(Branch), answer, String(projectId)).map((rule) => ({
        pattern: rule.name,
        push: rolesIn(rule.push_access_levels),
        merge: rolesIn(rule.merge_access_levels),
        forcePush: rule.allow_force_push,
      }));
    },
    async protectedTags(projectId) {
      const answer = await readable(http, projectId, () =>
        client.ProtectedTags.all(projectId, { perPage: 100 }),
      );
      if (answer === null) return null;
      return parse(z.array(Tag), answer, String(projectId)).map((rule) => ({
        pattern: rule.name,
        create: rolesIn(rule.create_access_levels),
      }));
    },
  };
}

/** Below Maintainer GitLab does not show them. */
async function readable(http: Http, projectId: number, call: () => Promise<unknown>): Promise<unknown> {
  try {
    return await orNull(http, String(projectId), call);
  } catch (error) {
    if (error instanceof Failure && error.code === 'target-forbidden') return null;
    throw error;
  }
}

/** Null when single users, groups or keys are named, which only GitLab can judge. */
function rolesIn(levels: z.infer<typeof Levels>): number[] | null {
  const named = levels.some((level) => level.user_id ?? level.group_id ?? level.deploy_key_id);
  return named ? null : levels.map((level) => level.access_level ?? 0);
}
