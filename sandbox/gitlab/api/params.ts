import { invalidParameters } from './errors.ts';

type ParamType =
  | 'string'
  | 'integer'
  | 'boolean'
  | 'datetime'
  | 'strings'
  | 'integers'
  | 'hash'
  | 'list'
  | 'file';

export type Param = {
  type: ParamType;
  required?: boolean;
  /** `is empty` for blank strings; without it the model complains later. */
  allowBlank?: false;
  values?: readonly (string | number)[];
  default?: unknown;
};

/** What an endpoint declares, as a Grape `params do` block does. */
export type Declaration = {
  fields: Record<string, Param>;
  atLeastOneOf?: readonly string[];
  mutuallyExclusive?: readonly string[];
};

export type Params = Readonly<Record<string, unknown>>;

/** Checks and converts; what is not declared is dropped without a word (GL-19). */
export function readParams(declaration: Declaration, given: Params): Params {
  const problems: string[] = [];
  const params: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(declaration.fields)) {
    const value = given[name];
    if (value === undefined) {
      if (field.required) problems.push(`${name} is missing`);
      else if (field.default !== undefined) params[name] = field.default;
      continue;
    }
    const problem = check(name, field, value, params);
    if (problem) problems.push(problem);
  }
  problems.push(...crossChecks(declaration, given));
  if (problems.length > 0) throw invalidParameters(problems);
  return params;
}

export function textOf(params: Params, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
}

export function integerOf(params: Params, name: string): number | undefined {
  const value = params[name];
  return typeof value === 'number' ? value : undefined;
}

export function flagOf(params: Params, name: string): boolean | undefined {
  const value = params[name];
  return typeof value === 'boolean' ? value : undefined;
}

export function listOf(params: Params, name: string): string[] | undefined {
  const value = params[name];
  return Array.isArray(value) ? value.map(String) : undefined;
}

function check(name: string, field: Param, value: unknown, params: Record<string, unknown>): string | null {
  if (value === null || value === '') {
    if (field.allowBlank === false) return `${name} is empty`;
    if (value === null || field.type !== 'string') {
      params[name] = null;
      return field.required && value === null && field.type !== 'string' ? `${name} is invalid` : null;
    }
  }
  const converted = convert(field.type, value);
  if (converted === undefined) return `${name} is invalid`;
  if (field.values && ![converted].flat().every((each) => field.values?.includes(each as string | number))) {
    return `${name} does not have a valid value`;
  }
  params[name] = converted;
  return null;
}

function crossChecks({ atLeastOneOf, mutuallyExclusive }: Declaration, given: Params): string[] {
  const count = (names: readonly string[]) => names.filter((name) => given[name] !== undefined).length;
  if (atLeastOneOf && count(atLeastOneOf) === 0) {
    return [`${atLeastOneOf.join(', ')} are missing, at least one parameter must be provided`];
  }
  if (!mutuallyExclusive || count(mutuallyExclusive) < 2) return [];
  return [`${mutuallyExclusive.join(', ')} are mutually exclusive`];
}

function convert(type: ParamType, value: unknown): unknown {
  switch (type) {
    case 'string':
      return isScalar(value) ? String(value) : undefined;
    case 'integer':
      return toInteger(value);
    case 'boolean':
      return toBoolean(value);
    case 'datetime':
      return toTime(value);
    case 'strings':
      return toList(value, (each) => (isScalar(each) ? String(each).trim() : undefined));
    case 'integers':
      return toList(value, toInteger);
    case 'hash':
      return typeof value === 'object' && !Array.isArray(value) ? value : undefined;
    case 'list':
      return Array.isArray(value) ? value : undefined;
    case 'file':
      return value;
  }
}

function toInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\s*-?\d+\s*$/.test(value) ? Number(value) : undefined;
}

/** ISO 8601 in UTC, with milliseconds. */
function toTime(value: unknown): string | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (/^(?:true|t|on|1)$/i.test(String(value))) return true;
  return /^(?:false|f|off|0)$/i.test(String(value)) ? false : undefined;
}

function toList(value: unknown, item: (each: unknown) => unknown): unknown[] | undefined {
  const raw = Array.isArray(value) ? value : String(value).split(',');
  if (!Array.isArray(value) && !isScalar(value)) return undefined;
  const items = raw.map(item);
  return items.includes(undefined) ? undefined : items;
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
