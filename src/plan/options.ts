import type { ProjectOptions } from '../model/forge.ts';
import type { Notice } from '../model/notice.ts';
import type { FeatureUse, MergeMethod, RepositoryOptions } from '../model/people.ts';

type Option = keyof ProjectOptions;

/** What a new project begins with (GL-464). */
const usual = {
  issues: 'enabled',
  wiki: 'enabled',
  forking: 'enabled',
  mergeMethod: 'merge',
  squash: 'default_off',
} as const satisfies Required<ProjectOptions>;

const names: Readonly<Record<Option, string>> = {
  issues: 'its issue tracker',
  wiki: 'its wiki',
  forking: 'forking',
  mergeMethod: 'its merge method',
  squash: 'squashing of commits',
};

/** What the project should be set to; nothing of what the source does not tell. */
export function wantedOptions(options: RepositoryOptions): ProjectOptions {
  const { issues, wiki, forking, mergeMethods, defaultMergeMethod } = options;
  return {
    ...(issues !== null && { issues: levelOf(issues) }),
    ...(wiki !== null && { wiki: levelOf(wiki) }),
    ...(forking !== null && { forking: forking ? 'enabled' : 'disabled' }),
    ...(mergeMethods !== null && mergesOf(mergeMethods, defaultMergeMethod)),
  };
}

/** Whoever sees the project may use what is on: a level below that would hide it from readers. */
function levelOf(use: FeatureUse): string {
  return use === 'off' ? 'disabled' : 'enabled';
}

/**
 * GitLab has one method for a project. That of the default counts; where commits are only squashed, none joins two
 * histories, so it is the one without merge commits.
 */
function mergesOf(
  methods: readonly MergeMethod[],
  first: MergeMethod | null,
): Pick<ProjectOptions, 'mergeMethod' | 'squash'> {
  const [only] = methods;
  if (only === undefined) return {};
  const usually = first !== null && methods.includes(first) ? first : only;
  const joins = methods.includes('merge-commit') && usually !== 'rebase';
  return { mergeMethod: joins ? 'merge' : 'ff', squash: squashOf(methods, usually) };
}

function squashOf(methods: readonly MergeMethod[], usually: MergeMethod): string {
  if (!methods.includes('squash')) return 'never';
  if (methods.length === 1) return 'always';
  return usually === 'squash' ? 'default_on' : 'default_off';
}

/** What is done about each option that is not as it should be. */
export type OptionChanges = { set: ProjectOptions; kept: Option[] };

/**
 * Only what is still as this tool left it is set: `known` is what it last set or saw to be right, and of a project that
 * it made everything is at first as GitLab makes it.
 */
export function optionChanges(
  wanted: ProjectOptions,
  current: ProjectOptions,
  { known, made }: { known: ProjectOptions; made: boolean },
): OptionChanges {
  const set: ProjectOptions = {};
  const kept: Option[] = [];
  for (const option of optionsIn(wanted)) {
    const now = current[option];
    // A version that does not tell of it does not have it.
    if (now === undefined || now === wanted[option]) continue;
    const left = known[option] ?? (made ? usual[option] : undefined);
    if (now === left) Object.assign(set, { [option]: wanted[option] });
    else kept.push(option);
  }
  return { set, kept };
}

export function optionsIn(options: ProjectOptions): Option[] {
  return (Object.keys(usual) as Option[]).filter((option) => options[option] !== undefined);
}

/** As a new project has them. */
export function usualOptions(): ProjectOptions {
  return { ...usual };
}

/** An option that somebody chose on the target. */
export function keptOption(
  option: Option,
  { object, wanted, current }: { object: string; wanted: ProjectOptions; current: ProjectOptions },
): Notice {
  const message = `${names[option]} is set to ${current[option]} on GitLab and would be ${wanted[option]} by GitBucket; GitLab's setting is kept`;
  return { code: 'option-kept', object, message, fix: '' };
}

/** What the target cannot do as the source does. */
export function optionLosses(object: string, options: RepositoryOptions): Notice[] {
  const { externalIssues, externalWiki, mergeMethods, defaultMergeMethod } = options;
  const messages = [
    externalIssues &&
      `its issues are tracked at ${externalIssues}: link the tracker on GitLab under Settings > Integrations`,
    externalWiki &&
      `its wiki is at ${externalWiki}: link it on GitLab under Settings > Integrations > External wiki`,
    mergeMethods !== null &&
      defaultMergeMethod === 'rebase' &&
      mergeMethods.includes('merge-commit') &&
      'on GitLab it merges without merge commits, which is the default on GitBucket, where merge commits can be chosen too',
  ];
  return messages.flatMap((message) =>
    typeof message === 'string' && message !== ''
      ? [{ code: 'option-differs', object, message, fix: '' }]
      : [],
  );
}
