import { nearest } from '../config/nearest.ts';
import { MigrationError } from '../errors.ts';
import type { SourceInventory } from '../model.ts';
import type { Source } from '../source/gitbucket.ts';

/**
 * What a mistyped `OWNER/NAME` most likely means. The inventory holds only what the selection matches, so the list of
 * the owner is read once more, this time whole.
 */
export async function withSuggestion(
  error: unknown,
  { owners }: SourceInventory,
  source: Source,
): Promise<unknown> {
  if (!(error instanceof MigrationError) || error.code !== 'unknown-selection') return error;
  const { object, context } = error;
  const [wanted = '', name] = object.split('/');
  if (name === undefined || /[*?]/.test(object) || context['nearest']) return error;
  const logins = owners.map(({ login }) => login);
  const login = logins.includes(wanted) ? wanted : nearest(wanted, logins);
  if (login === null) return error;
  const near = nearest(object, await namesOf(login, source));
  return near === null ? error : new MigrationError(error.code, object, { ...context, nearest: near });
}

/** Only a hint is at stake: a list that cannot be read is as good as none. */
async function namesOf(login: string, { api }: Source): Promise<string[]> {
  try {
    return (await api.repositoriesOf(login)).map(({ name }) => `${login}/${name}`);
  } catch {
    return [];
  }
}
