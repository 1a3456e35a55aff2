import type { Owner } from '../model/forge.ts';
import type { Plan } from '../model/plan.ts';
import type { RepositoryName, Wanted } from '../model/source.ts';

/** What the command line asks for; `all` takes what the config's `select` says. */
export type SelectionOptions = {
  all: boolean;
  groups: readonly string[];
  users: readonly string[];
  repositories: readonly string[];
  include: readonly string[];
  exclude: readonly string[];
  /** `--exclude`, beside the config's `select.exclude`. */
  excluded?: readonly string[];
};

export type Selection = Wanted & {
  /** True when the owner itself is meant: its group is then made even when it is empty. */
  ownerSelected(owner: Owner): boolean;
  /** Logins of people who are meant even if they have to do with nothing else that is. */
  readonly people?: readonly string[];
  /** As they were written, for telling which of them match nothing. */
  readonly rules: { groups: Rule[]; users: Rule[]; repositories: Rule[]; exclusions: Rule[] };
};

/** A name or glob, and the option or config key that it comes from. */
export type Rule = { option: string; text: string; matches: (name: string) => boolean };

export function createSelection(options: SelectionOptions): Selection {
  const groups = rules('--group', positive(options.groups));
  const users = rules('--user', positive(options.users));
  const chosen = options.all ? options.include : options.repositories;
  const repositories = rules(options.all ? 'select.include' : '--repo', positive(chosen));
  const excluded = [
    ...rules('select.exclude', options.exclude),
    ...rules('--exclude', options.excluded ?? []),
    ...exclusions('--group', options.groups),
    ...exclusions('--user', options.users),
    ...exclusions('--repo', options.repositories),
    ...exclusions('select.include', options.include),
  ];
  const repositoryOwners = repositories.map(ownerOf);

  function rejected(name: string): boolean {
    return excluded.some((rule) => rule.matches(name));
  }

  function wanted({ owner, name }: RepositoryName, kind: Owner['kind']): boolean {
    if (repositories.some((rule) => rule.matches(`${owner}/${name}`))) return true;
    return !options.all && (kind === 'group' ? groups : users).some((rule) => rule.matches(owner));
  }

  function ownerSelected(owner: Owner): boolean {
    if (rejected(owner.login) || rejected(`${owner.login}/*`)) return false;
    if (options.all)
      return owner.kind === 'group' && repositories.some((rule) => wholeOwner(rule, owner.login));
    return (owner.kind === 'group' ? groups : users).some((rule) => rule.matches(owner.login));
  }

  return {
    all: options.all,
    rules: { groups, users, repositories, exclusions: excluded },
    ownerSelected,
    ownerMatters: (owner) => ownerSelected(owner) || repositoryOwners.some((matches) => matches(owner.login)),
    repositorySelected(repository, kind) {
      const name = `${repository.owner}/${repository.name}`;
      if (rejected(name) || rejected(repository.owner)) return false;
      return wanted(repository, kind);
    },
    leftOutBy(repository, kind) {
      if (!wanted(repository, kind)) return null;
      const { owner, name } = repository;
      return excluded.find((rule) => rule.matches(`${owner}/${name}`) || rule.matches(owner))?.option ?? null;
    },
    onlyNamed({ kind, login }) {
      const whole = kind === 'group' ? groups : users;
      if (!options.all && whole.some((rule) => rule.matches(login))) return null;
      const own = repositories.filter((_, index) => repositoryOwners[index]?.(login));
      if (!own.every(({ text }) => isPlain(text))) return null;
      return own.map(({ text }) => text.slice(login.length + 1));
    },
    named: {
      owners: [...groups, ...users].map((rule) => rule.text).filter(isPlain),
      repositories: repositories.map((rule) => rule.text).filter(isPlain),
    },
  };
}

/** Exactly the groups and repositories of a plan; what is not on the source any more is for the comparison to tell. */
export function plannedSelection(plan: Plan): Selection {
  const groups = new Set(plan.groups.map(({ id }) => id));
  const projects = new Set(plan.projects.map(({ id }) => id));
  const owners = new Set([...groups, ...plan.projects.map(({ repository }) => repository.owner)]);
  return {
    all: false,
    people: plan.people.map(({ person }) => person.login),
    ownerMatters: ({ login }) => owners.has(login),
    ownerSelected: ({ login }) => groups.has(login),
    repositorySelected: ({ owner, name }) => projects.has(`${owner}/${name}`),
    leftOutBy: () => null,
    onlyNamed: ({ login }) =>
      plan.projects.flatMap(({ repository: { owner, name } }) => (owner === login ? [name] : [])),
    named: { owners: [...owners], repositories: [...projects] },
    rules: { groups: [], users: [], repositories: [], exclusions: [] },
  };
}

/** True when only repositories are meant, each by its whole name: one that cannot be seen is then an error. */
export function namesOnly({ all, rules: { groups, users, repositories } }: Selection): boolean {
  return !all && groups.length + users.length === 0 && repositories.every(({ text }) => isPlain(text));
}

function ownerOf(rule: Rule): (name: string) => boolean {
  return globMatcher(rule.text.split('/')[0] ?? '');
}

/** `team-a/*` means the owner with all it has; `team-a/x` does not. */
function wholeOwner(rule: Rule, login: string): boolean {
  const [owner = '', name = ''] = rule.text.split('/');
  return name === '*' && globMatcher(owner)(login);
}

function rules(option: string, globs: readonly string[]): Rule[] {
  return globs.map((text) => ({ option, text, matches: globMatcher(text) }));
}

function exclusions(option: string, globs: readonly string[]): Rule[] {
  return globs.filter(isNegative).map((text) => ({ option, text, matches: globMatcher(strip(text)) }));
}

function isNegative(glob: string): boolean {
  return glob.startsWith('!');
}

function positive(globs: readonly string[]): string[] {
  return globs.filter((glob) => !isNegative(glob));
}

function strip(glob: string): string {
  return glob.slice(1);
}

/** Tells whether a name matches a glob in which `*` stands for anything but a slash and `?` for one such character. */
export function globMatcher(glob: string): (name: string) => boolean {
  const source = Array.from(glob, translate).join('');
  const pattern = new RegExp(`^${source}$`, 'u');
  return (name) => pattern.test(name);
}

/** True for a name without `*` and `?`. */
export function isPlain(glob: string): boolean {
  return !/[*?]/.test(glob);
}

function translate(character: string): string {
  if (character === '*') return '[^/]*';
  if (character === '?') return '[^/]';
  return /[\^$\\.+()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
