import type { Project, ProtectedBranch } from './state.ts';

/** The protections whose name or wildcard covers the branch. */
export function matchingProtections(project: Project, branch: string): ProtectedBranch[] {
  return project.protectedBranches.filter((rule) => matchesWildcard(rule.name, branch));
}

/** Is there a record that covers the branch? An empty project protects every branch besides (GL-167). */
export function isProtected(project: Project, branch: string): boolean {
  return matchingProtections(project, branch).length > 0;
}

/** `*` stands for anything, slashes included. */
export function matchesWildcard(pattern: string, name: string): boolean {
  if (!pattern.includes('*')) return pattern === name;
  const source = pattern
    .split('*')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`).test(name);
}
