import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** All forms in which a token could leak: raw, URL-encoded, base64, and base64 of `user:token`. */
export function formsOf(token: string, users: readonly string[]): string[] {
  const texts = [token, ...users.map((user) => `${user}:${token}`)];
  const base64 = texts.flatMap((text) => [
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('base64url'),
  ]);
  return [token, encodeURIComponent(token), ...base64, ...base64.map(encodeURIComponent)];
}

/** The places (name of the text) that hold one of the forms. */
export function leaks(texts: ReadonlyMap<string, string>, forms: readonly string[]): string[] {
  return [...texts].filter(([, text]) => forms.some((form) => text.includes(form))).map(([name]) => name);
}

/** Every file below the folder, by path. */
export function filesBelow(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, readFileSync(path, 'latin1')];
    }),
  );
}
