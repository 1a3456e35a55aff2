/** What a project lets its pushes and members set off. A key that is absent is unknown, or is left as it is. */
export type Noise = {
  /** Who may use CI/CD. */
  builds?: string;
  /** Are members told by mail? */
  mails?: boolean;
  /** Do commits close the project's issues? */
  autoclose?: boolean;
};

/** A chat, a ticket system, … to which GitLab tells what happens in a project. */
export type Integration = { slug: string; inherited: boolean };

/** What is silenced on the target while a run fills it. */
export type TargetQuiet = {
  /** Sets several at once; gives what they are then, since GitLab leaves one as it was without a word (GL-291). */
  setNoise(project: { id: number; fullPath: string }, noise: Noise): Promise<Noise>;
  /** Are members of the group told by mail, if the groups above let it? Null when unknown. */
  groupMails(group: { id: number; fullPath: string }): Promise<boolean | null>;
  /** Sets it. False when GitLab did not take it. */
  setGroupMails(group: { id: number; fullPath: string }, on: boolean): Promise<boolean>;
  /** The active ones of a project; null when the token may not read them. @throws what GitLab says of a project that it does not show */
  integrations(project: { id: number; fullPath: string }): Promise<Integration[] | null>;
  /** False when the project has none of this kind. */
  disableIntegration(project: { id: number; fullPath: string }, slug: string): Promise<boolean>;
  /**
   * Lets it be again as group or server have it; nothing happens when it is active, or when they have it no more. False
   * when it is inactive after that.
   */
  inheritIntegration(project: { id: number; fullPath: string }, slug: string): Promise<boolean>;
};
