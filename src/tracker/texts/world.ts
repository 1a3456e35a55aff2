/** What a text from the source has to know to mean the same on GitLab. Every function answers from memory. */
export type TextWorld = {
  /** `owner/name` on the source of the repository that the text belongs to. */
  repository: string;
  /**
   * What has that number; null when nothing has, or the repository is not known. `repository` is `owner/name` on the source,
   * null for the text's own one.
   */
  kindOf(repository: string | null, number: number): 'issue' | 'pull' | null;
  /** Full path of the project that a repository (`owner/name` on the source) became; null when it did not move. */
  projectPath(repository: string): string | null;
  /** Username on GitLab of a login; null when that person has no account there. */
  account(login: string): string | null;
  /** Full path of the group that an owner became; null for people, and for owners that did not move. */
  groupPath(owner: string): string | null;
  /**
   * Where a text links an attachment to once it is uploaded: `/uploads/<secret>/<name>` or a whole URL; null when it was not.
   * `name` is what the text calls it, empty when it does not.
   */
  upload(id: string, name: string): string | null;
  pages: {
    /** Base URLs of the source, with the context path: the one of today first, then what it was before. */
    gitbucket: readonly string[];
    /** Whether the path of a known repository is enough on a host that nobody has named. */
    otherHosts: boolean;
    /** Base URL of GitLab. */
    gitlab: string;
  };
};

export type RewriteOptions = {
  /** REST runs commands (`/close`) in texts, an import does not: makes them harmless. */
  commands?: boolean;
  /**
   * Before which references words like "closes" stay what they are: every issue, those of the text's own project, or none.
   * They lose their force without a visible change. Pull requests are never closed by a word.
   */
  closing?: 'all' | 'own' | 'none';
  /** Whether the source shows a single newline as a line break: everywhere but in wikis and files. */
  lineBreaks?: boolean;
};

/** What somebody may want to know of a rewriting: what stayed behind, and what does not look as it did. */
export type TextNotice = {
  what:
    | 'unknown-mention'
    | 'unknown-reference'
    | 'link-left'
    | 'attachment-left'
    | 'closing-word'
    | 'command'
    | 'characters'
    | 'title-cut'
    | 'title-blank'
    | 'title-draft'
    | 'split';
  /** The piece of the text that it is about, as it was written; of characters, how many of which. */
  of: string;
};
