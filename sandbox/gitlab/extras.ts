/** What a project can hold beside its repository and its tracker, as far as it is only kept and shown again. */
export type ProjectExtras = {
  badges: { id: number; linkUrl: string; imageUrl: string }[];
  variables: { key: string; value: string }[];
  deployTokens: { id: number; name: string; scopes: string[] }[];
  statuses: CommitStatus[];
  snippets: Snippet[];
};

export type CommitStatus = {
  id: number;
  sha: string;
  name: string;
  state: string;
  targetUrl: string | null;
  description: string | null;
  userId: number;
  createdAt: string;
};

/** Without a repository: only what REST gives is kept. */
export type Snippet = {
  id: number;
  title: string;
  description: string | null;
  visibility: string;
  userId: number;
  createdAt: string;
  files: { path: string; content: string }[];
};

/** The extras of a project, to be read or changed. */
export function extrasOf(project: { extras?: ProjectExtras }): ProjectExtras {
  return (project.extras ??= { badges: [], variables: [], deployTokens: [], statuses: [], snippets: [] });
}
