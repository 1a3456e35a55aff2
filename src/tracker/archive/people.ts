import type { Login } from '../../model/tracker.ts';
import type { Problems } from './problems.ts';
import { MemberLine } from './words.ts';

/** Stands for everybody whom the import does not map: no member has it, so GitLab takes the importer. */
export const stranger = 1;
const first = 101;

/** Somebody of the source with an account on GitLab; `email` is the primary address of that. */
export type Mapped = { login: Login; username: string; email: string };

/** The people of an archive. GitLab takes an archive's word for them only from an administrator (GL-425). */
export type Members = {
  number(login: Login): number | null;
  /** The lines of those numbers, by number. */
  lines(numbers: Iterable<number>): MemberLine[];
  /** Name of the account on GitLab that a number stands for. */
  username(number: number): string | null;
};

/**
 * Gives numbers to people: one for each account. Who is listed becomes a direct member of the project, as a guest, unless
 * the project has the person already; a line that GitLab chokes on would stop the project's imports, so such a person is not
 * listed.
 */
export function membersOf(people: readonly Mapped[], problems: Problems): Members {
  const numbers = new Map<Login, number>();
  const lines = new Map<number, MemberLine>();
  const byAddress = new Map<string, number>();
  for (const { login, username, email } of people.toSorted((a, b) => (a.login < b.login ? -1 : 1))) {
    const address = email.toLowerCase();
    const number = byAddress.get(address) ?? first + lines.size;
    const line = MemberLine.safeParse({
      access_level: 10,
      source_type: 'Project',
      user_id: number,
      notification_level: 3,
      user: { id: number, public_email: address, username },
    });
    if (!line.success) {
      problems.say('person-refused', login, line.error.issues[0]?.path.join('.'));
      continue;
    }
    numbers.set(login, number);
    byAddress.set(address, number);
    if (!lines.has(number)) lines.set(number, line.data);
  }
  return {
    number: (login) => numbers.get(login) ?? null,
    lines: (wanted) => {
      const sorted = [...new Set(wanted)].sort((a, b) => a - b);
      return sorted.flatMap((number) => lines.get(number) ?? []);
    },
    username: (number) => lines.get(number)?.user.username ?? null,
  };
}
