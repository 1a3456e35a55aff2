import type { Plan } from '../model.ts';
import type { Selection } from './select.ts';

/** Exactly the groups and repositories of a plan; what is not on the source any more is for the comparison to tell. */
export function selectPlanned(plan: Plan): Selection {
  const groups = new Set(plan.groups.map(({ id }) => id));
  const projects = new Set(plan.projects.map(({ id }) => id));
  const owners = new Set([...groups, ...plan.projects.map(({ repository }) => repository.owner)]);
  return {
    all: false,
    ownerMatters: ({ login }) => owners.has(login),
    ownerSelected: ({ login }) => groups.has(login),
    repositorySelected: ({ owner, name }) => projects.has(`${owner}/${name}`),
    named: { owners: [...owners], repositories: [...projects] },
    rules: { groups: [], users: [], repositories: [], exclusions: [] },
  };
}
