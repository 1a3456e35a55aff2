import type { Endpoint } from './endpoint.ts';

type Match = { endpoint: Endpoint; route: Record<string, string> };

/** Null for an unknown route, which a known path with another verb is as well (GL-7). */
export type Router = (method: string, path: string) => Match | null;

type Compiled = { endpoint: Endpoint; segments: string[] };

/** Matches raw paths segment by segment; only then are segments decoded, so that `%2F` stays inside one. */
export function createRouter(endpoints: readonly Endpoint[]): Router {
  const byLength = new Map<number, Compiled[]>();
  for (const endpoint of endpoints) {
    const segments = endpoint.path.split('/');
    const list = byLength.get(segments.length) ?? [];
    byLength.set(segments.length, [...list, { endpoint, segments }]);
  }
  for (const list of byLength.values()) list.sort((a, b) => variables(a) - variables(b));

  return (method, path) => {
    // Doubled and trailing slashes do no harm (GL-26).
    const parts = path.replaceAll(/\/+/g, '/').replace(/\/$/, '').split('/');
    const match = byLength
      .get(parts.length)
      ?.find((each) => each.endpoint.method === method && fits(each.segments, parts));
    return match ? { endpoint: match.endpoint, route: capture(match.segments, parts) } : null;
  };
}

/** Literal segments win over variables. */
function variables({ segments }: Compiled): number {
  return segments.filter((segment) => segment.startsWith(':')).length;
}

function fits(segments: string[], parts: string[]): boolean {
  return segments.every((segment, index) => {
    const part = parts[index] ?? '';
    if (!segment.startsWith(':')) return segment === part;
    // `:user_id` and the like are integers by the route's requirements; `:id` may be a path.
    return segment.endsWith('_id') ? /^\d+$/.test(part) : part !== '';
  });
}

function capture(segments: string[], parts: string[]): Record<string, string> {
  const route: Record<string, string> = {};
  segments.forEach((segment, index) => {
    if (segment.startsWith(':')) route[segment.slice(1)] = decode(parts[index] ?? '');
  });
  return route;
}

/** `+` stays as it is: a path is not a form. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
