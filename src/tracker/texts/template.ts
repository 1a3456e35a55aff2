/** The template of the line of attribution, as the config may have it: kept apart from what reads Markdown, which is large. */

export const usualAttribution = '> *{action} by [{name}]({url}) (`@{login}`) on GitBucket, {date}*';

export const placeholder = /\{([^{}\s]*)\}/g;
const placeholders = ['name', 'login', 'url', 'date', 'action'];
const longestTemplate = 1_000;

/** Why a template cannot be used; null when it can. */
export function attributionProblem(template: string): string | null {
  const unknown = [...template.matchAll(placeholder)]
    .map(([, key = '']) => key)
    .find((key) => !placeholders.includes(key));
  if (unknown !== undefined)
    return `{${unknown}} is not known; there are ${placeholders.map((name) => `{${name}}`).join(', ')}`;
  if (!/\{(?:login|name)\}/.test(template)) return 'it names nobody: {login} or {name} is missing';
  if (template.length > longestTemplate) return `it has more than ${longestTemplate} characters`;
  if (/^\/[A-Za-z]/m.test(template)) return 'GitLab would read a line of it as a command';
  if (/^[ \t]*(?:```|~~~)/m.test(template)) return 'it opens a block of code';
  if (/(?<!\w)@/.test(template.replaceAll(/(`+)[^`]+\1/g, '')))
    return 'it would call people: put @ into code marks';
  return null;
}
