import type { Errors } from '../projects.ts';

/** What a model objects to, as sentences: `Name has already been taken`. */
export function fullMessages(errors: Errors): string[] {
  return Object.entries(errors).flatMap(([key, messages]) =>
    messages.map((message) => (key === 'base' ? message : `${humanized(key)} ${message}`)),
  );
}

function humanized(key: string): string {
  const words = key.replaceAll(/[._]/g, ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
