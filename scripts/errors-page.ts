import type { Blame, FailureState } from '../src/failures/failure.ts';
import { exitCodes, failures } from '../src/failures/index.ts';

type Words = Record<string, string>;
/** A failure as the page sees it: any words fill it in. */
type Entry = {
  code: string;
  blame: Blame;
  state: FailureState;
  retryable: boolean;
  text: (words: Words) => { message: string; fix: string };
};

const blamed = {
  you: 'you',
  source: 'the source',
  target: 'the target',
  network: 'the network',
  us: 'gb2gl itself',
} as const satisfies Record<Blame, string>;

/** docs/errors.md: every failure that is expected to happen. */
export function errorsPage(): string {
  const entries = (Object.values(failures) as unknown as Entry[]).toSorted((a, b) =>
    a.code < b.code ? -1 : 1,
  );
  return `# Errors

<!-- Made by \`npm run generate\` from src/failures/. -->

Every failure that is expected to happen, by code.
The code stands in \`problem.code\` and \`problems[].code\` of \`result.json\`; words in braces are filled in.
Anything else is a fault of gb2gl and is shown as \`unexpected\`.

| code | who can mend it | tried again by itself | exit |
| --- | --- | --- | --- |
${entries.map(row).join('\n')}

The exit code is the one of a run that this failure ends.
When it hits one item of many, the others go on; [result.md](result.md) tells the exit code then.

${entries.map(section).join('\n\n')}
`;
}

function row({ code, blame, retryable, state }: Entry): string {
  return `| [\`${code}\`](#${code}) | ${blamed[blame]} | ${retryable ? 'yes' : 'no'} | ${exitCodes[state]} |`;
}

function section({ code, text }: Entry): string {
  const message = variants((words) => text(words).message);
  const fix = variants((words) => text(words).fix);
  return `## \`${code}\`\n\n${message}\n\nWhat to do:\n\n${fix}`;
}

/** Some texts differ between the two servers. */
function variants(text: (words: Words) => string): string {
  const [source, target] = [text(placeholders('source')), text(placeholders('target'))];
  return [...new Set([source, target])].map(block).join('\n\n');
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

/** A context in which every name stands for itself. */
function placeholders(side: 'source' | 'target'): Words {
  return new Proxy<Words>({}, { get: (_, name) => (name === 'side' ? side : `{${String(name)}}`) });
}
