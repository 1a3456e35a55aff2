import { cutMark } from '../text/format.ts';

const replacement = '[secret]';

/** Shorter strings would blank out ordinary text. */
const shortest = 6;

/** Fewer letters before a cut tell nothing of a secret. */
const shortestBeginning = 3;

/** Removes every registered secret, in all the forms in which it may travel, from what leaves the process. */
export type Redactor = {
  /** Registers a secret; with a user also the form that HTTP basic authentication sends. */
  add(secret: string, user?: string): void;
  /** The text without secrets, and without the beginning of one that a cut (`…`) went through. */
  scrub(text: string): string;
  /** A copy of the value with every string in it scrubbed: keys, nested values, errors. */
  scrubDeep<T>(value: T): T;
};

/** Makes a redactor that knows no secret yet. */
export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | null = null;

  function add(secret: string, user?: string): void {
    if (secret.length < shortest) return;
    for (const form of formsOf(secret, user)) forms.add(form);
    // The longest first: a padded form must not leave its tail behind.
    const sorted = [...forms].sort((a, b) => b.length - a.length);
    pattern = new RegExp(
      sorted.map((form) => form.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
      'g',
    );
  }

  function scrub(text: string): string {
    if (pattern === null) return text;
    const whole = text.replaceAll(pattern, replacement);
    return whole.includes(cutMark) ? withoutBeginnings(whole, forms) : whole;
  }

  return { add, scrub, scrubDeep: (value) => copy(value, scrub, new Map()) as typeof value };
}

function withoutBeginnings(text: string, forms: ReadonlySet<string>): string {
  const parts = text.split(cutMark);
  return parts
    .map((part, index) => (index === parts.length - 1 ? part : withoutBeginning(part, forms)))
    .join(cutMark);
}

/** A text that ends within a secret, without what it holds of it. */
function withoutBeginning(text: string, forms: ReadonlySet<string>): string {
  let longest = 0;
  for (const form of forms) {
    for (let length = form.length - 1; length >= shortestBeginning && length > longest; length -= 1)
      if (text.endsWith(form.slice(0, length))) longest = length;
  }
  return longest === 0 ? text : `${text.slice(0, -longest)}${replacement}`;
}

function formsOf(secret: string, user: string | undefined): string[] {
  const texts = user === undefined ? [secret] : [secret, `${user}:${secret}`];
  const encoded = texts.flatMap((text) => {
    const bytes = Buffer.from(text, 'utf8');
    const base64 = bytes.toString('base64');
    return [base64, base64.replace(/=+$/, ''), bytes.toString('base64url')];
  });
  return [secret, JSON.stringify(secret).slice(1, -1), ...encoded].flatMap(withUrlForms);
}

function withUrlForms(text: string): string[] {
  // Through UTF-8 and back: a lone surrogate would throw.
  const url = encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
  // RFC 3986 reserves these too, and other encoders escape them.
  const strict = url.replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const lower = strict.replaceAll(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  return [text, url, strict, lower, url.replaceAll('%20', '+')];
}

function copy(value: unknown, scrub: (text: string) => string, seen: Map<object, unknown>): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  if (value instanceof Date || ArrayBuffer.isView(value)) return value;
  if (value instanceof URL) return scrub(value.href);
  const again = (inner: unknown): unknown => copy(inner, scrub, seen);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    seen.set(value, list);
    for (const inner of value as unknown[]) list.push(again(inner));
    return list;
  }
  if (value instanceof Map) {
    const map = new Map<unknown, unknown>();
    seen.set(value, map);
    for (const [key, inner] of value) map.set(again(key), again(inner));
    return map;
  }
  if (value instanceof Set) {
    const set = new Set<unknown>();
    seen.set(value, set);
    for (const inner of value) set.add(again(inner));
    return set;
  }
  if (isPlain(value)) {
    const plain: Record<string, unknown> = {};
    seen.set(value, plain);
    for (const [key, inner] of Object.entries(value)) plain[scrub(key)] = again(inner);
    return plain;
  }
  const result = Object.create(Object.getPrototypeOf(value) as object | null) as object;
  seen.set(value, result);
  // An error keeps message, stack and cause as properties that are not enumerable.
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    Object.defineProperty(result, typeof key === 'string' ? scrub(key) : key, {
      value: again(Reflect.get(value, key)),
      enumerable: descriptor?.enumerable ?? true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}

/** Most of what passes is plain data, for which the careful copy is many times too slow. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
