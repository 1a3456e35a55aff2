import type { Notice } from '../model/notice.ts';

/** Who has to do something about a failure. */
export type Blame = 'you' | 'source' | 'target' | 'network' | 'us';

/**
 * What a failure makes of the item that it hits, or of the whole command when it hits none. `usage` and `not-started`
 * end the command before it begins; `noted` ends nothing.
 */
export type FailureState =
  | 'noted'
  | 'failed'
  | 'blocked'
  | 'drifted'
  | 'interrupted'
  | 'usage'
  | 'not-started';

/** What a server answered instead of doing what it was asked, read once by its client. */
export type Refusal = {
  /** What it means, as far as somebody decides by it. */
  kind:
    | 'absent'
    | 'forbidden'
    | 'scope'
    | 'taken'
    | 'name-taken'
    | 'branch-unknown'
    | 'restricted-visibility'
    | 'project-limit'
    | 'namespace-invalid'
    | 'namespace-missing'
    | 'maintenance'
    | 'read-only'
    | 'user'
    | 'http-closed'
    | 'archived'
    | 'repository-locked'
    | 'storage'
    | 'group-closed'
    | 'group-limit'
    | 'nothing-to-inherit'
    | 'spam'
    | 'other';
  status: number;
  /** The server's own words, in one line. */
  text: string;
  /** What lifts it, where the words tell. */
  fix?: string | undefined;
};

type Word = string | number | undefined;
type Meaning = { blame: Blame; state: FailureState; retryable?: boolean };
type Words = { object: string; refusal?: Refusal | undefined };
type Text = { message: string; fix: string };
type Rest<W> = Omit<W, 'object'> & { refusal?: Refusal | undefined };

/** An expected failure: it names its object, says what happened and the way out. */
export class Failure extends Error {
  readonly code: string;
  /** `owner/name`, an owner, a file or a server's URL. */
  readonly object: string;
  /** What people see of it. */
  readonly notice: Notice;
  readonly blame: Blame;
  readonly state: FailureState;
  /** True when the same request may succeed a little later without anybody doing anything. */
  readonly retryable: boolean;
  /** The words that fill its sentence. */
  readonly words: Readonly<Record<string, Word>>;
  /** What the server, git or this machine said itself; empty when it said nothing. */
  readonly detail: string;
  /** The answer that it comes from; null when no server refused anything. */
  readonly refusal: Refusal | null;

  constructor(
    notice: Notice,
    meaning: Meaning,
    { refusal, ...words }: { refusal?: Refusal | undefined },
    cause: unknown,
  ) {
    super(notice.message, cause === undefined ? undefined : { cause });
    this.name = 'Failure';
    this.code = notice.code;
    this.object = notice.object;
    this.notice = notice;
    this.blame = meaning.blame;
    this.state = meaning.state;
    this.retryable = meaning.retryable ?? false;
    this.words = { ...words };
    this.detail = String(this.words['detail'] ?? '');
    this.refusal = refusal ?? null;
  }
}

/** Makes a failure about an object; a missing word is a compile error. */
export type FailureType<Code extends string = string, W extends Words = never> = {
  (
    object: string,
    ...rest: object extends Rest<W> ? [words?: Rest<W>, cause?: unknown] : [words: Rest<W>, cause?: unknown]
  ): Failure;
  readonly code: Code;
  readonly blame: Blame;
  readonly state: FailureState;
  readonly retryable: boolean;
  /** Its sentence and its way out, with these words. */
  readonly text: (words: W) => Text;
};

/** One kind of failure: its code, whose matter it is, what it makes of an item, and its text. */
export function defineFailure<Code extends string, W extends Words>(
  code: Code,
  meaning: Meaning,
  text: (words: W) => Text,
): FailureType<Code, W> {
  function create(object: string, words?: Rest<W>, cause?: unknown): Failure {
    const filled = { object, ...words } as unknown as W;
    return new Failure({ code, object, ...text(filled) }, meaning, filled, cause);
  }
  return Object.assign(create, { code, retryable: false, ...meaning, text });
}

/** The name that was most likely meant, to be added to a sentence. */
export function near(name: string | undefined): string {
  return name ? ` (did you mean ${name}?)` : '';
}
