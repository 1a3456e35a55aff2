import * as z from 'zod';
import type { ProjectOptions } from '../model/forge.ts';
import type { TargetSettings } from '../model/target-settings.ts';
import type { GitLabClient } from './client.ts';
import { unlessAbsent } from './errors.ts';
import * as schema from './schema.ts';

/** How a project is set up. */
export function createProjectSettings(
  gitlab: GitLabClient,
): Pick<TargetSettings, 'setOptions' | 'protectBranch' | 'unprotectBranch'> {
  return {
    async setOptions({ id, fullPath }, options) {
      const answer = await gitlab.request(fullPath, Options, (api) =>
        api.Projects.edit(id, fieldsOf(options) as Parameters<typeof api.Projects.edit>[1]),
      );
      return answer === null ? {} : optionsOf(answer);
    },
    async protectBranch({ id, fullPath }, { name, push, merge }) {
      await gitlab.request(`${name} of ${fullPath}`, z.unknown(), (api) =>
        api.ProtectedBranches.protect(id, name, {
          pushAccessLevel: push,
          mergeAccessLevel: merge,
          allowForcePush: false,
        }),
      );
    },
    async unprotectBranch({ id, fullPath }, name) {
      await unlessAbsent(
        gitlab.request(`${name} of ${fullPath}`, z.unknown(), (api) =>
          api.ProtectedBranches.unprotect(id, name),
        ),
      );
    },
  };
}

/** GitLab's field of each option, in the spelling of gitbeaker and in its own. */
const fields = {
  issues: ['issuesAccessLevel', 'issues_access_level'],
  wiki: ['wikiAccessLevel', 'wiki_access_level'],
  forking: ['forkingAccessLevel', 'forking_access_level'],
  mergeMethod: ['mergeMethod', 'merge_method'],
  squash: ['squashOption', 'squash_option'],
} as const satisfies Record<keyof ProjectOptions, readonly [string, keyof schema.Project]>;

const named = Object.entries(fields) as [keyof ProjectOptions, (typeof fields)[keyof ProjectOptions]][];

const Options = schema.Project.pick({
  issues_access_level: true,
  wiki_access_level: true,
  forking_access_level: true,
  merge_method: true,
  squash_option: true,
}).nullable();

function fieldsOf(options: ProjectOptions): Record<string, string> {
  return Object.fromEntries(
    named.flatMap(([option, [field]]) => (options[option] === undefined ? [] : [[field, options[option]]])),
  );
}

/** What a project offers, as far as GitLab tells (GL-464). */
export function optionsOf(project: NonNullable<z.infer<typeof Options>>): ProjectOptions {
  return Object.fromEntries(
    named.flatMap(([option, [, key]]) => (typeof project[key] === 'string' ? [[option, project[key]]] : [])),
  );
}
