import type { Errors } from './projects.ts';

/** A hash of error messages as Ruby's `inspect` prints it inside group and transfer errors (GL-4). */
export function inspectErrors(errors: Errors, style: 'rocket' | 'keyword'): string {
  const pairs = Object.entries(errors).map(([key, messages]) => {
    const list = `[${messages.map(inspectText).join(', ')}]`;
    const simple = /^[a-z_]\w*$/i.test(key);
    if (style === 'keyword') return `${simple ? key : inspectText(key)}: ${list}`;
    return `:${simple ? key : inspectText(key)}=>${list}`;
  });
  return `{${pairs.join(', ')}}`;
}

function inspectText(text: string): string {
  const escaped = text
    .replace(/["\\]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\t/g, '\\t')
    .replace(/#(?=[{$@])/g, '\\#');
  return `"${escaped}"`;
}
