import { catalogue, type Blame, type Entry, type ErrorContext } from '../src/error-catalogue.ts';

const blamed = {
  you: 'you',
  source: 'the source',
  target: 'the target',
  network: 'the network',
  us: 'gb2gl itself',
} as const satisfies Record<Blame, string>;

/** docs/errors.md: every failure that is expected to happen. */
export function errorsPage(): string {
  const entries: [string, Entry][] = Object.entries(catalogue);
  return `# Errors

<!-- Made by \`npm run generate\` from src/error-catalogue.ts. -->

Every failure that is expected to happen, in the order in which a run can meet them.
The code stands in \`problem.code\` and \`problems[].code\` of \`result.json\`; words in braces are filled in.
Anything else is a fault of gb2gl and is shown as \`unexpected\`.

| code | who can mend it | tried again by itself | exit |
| --- | --- | --- | --- |
${entries.map(([code, entry]) => row(code, entry)).join('\n')}

The exit code is the one of a run that this failure ends.
When it hits one item of many, the others go on; [result.md](result.md) tells the exit code then.

${entries.map(([code, entry]) => section(code, entry)).join('\n\n')}
`;
}

function row(code: string, { blame, retryable, exit }: Entry): string {
  return `| [\`${code}\`](#${code}) | ${blamed[blame]} | ${retryable ? 'yes' : 'no'} | ${exit} |`;
}

function section(code: string, entry: Entry): string {
  const message = variants((context) => entry.message(context));
  const hint = variants((context) => entry.hint(context));
  return `## \`${code}\`\n\n${message}\n\nWhat to do:\n\n${hint}`;
}

/** Some texts differ between the two servers. */
function variants(text: (context: ErrorContext) => string): string {
  const [source, target] = [text(placeholders('source')), text(placeholders('target'))];
  return [...new Set([source, target])].map(block).join('\n\n');
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

/** A context in which every name stands for itself. */
function placeholders(side: 'source' | 'target'): ErrorContext {
  return new Proxy<ErrorContext>({}, { get: (_, name) => (name === 'side' ? side : `{${String(name)}}`) });
}
