import { environmentKeys } from '../src/config/schema.ts';
import { configSchema, type JsonSchema } from './config-schema.ts';

/** docs/config.md: every key of the config file. */
export function configPage(): string {
  const { $schema: _, ...sections } = configSchema().properties;
  return `# Configuration

<!-- Made by \`npm run generate\` from src/config/schema.ts. -->

\`migrate.config.json\` in the current folder, or the file named with \`--config\`.
None is needed when these variables are set; they win over the file:

| variable | key |
| --- | --- |
${Object.entries(environmentKeys)
  .map(([name, key]) => `| \`${name}\` | \`${key.join('.')}\` |`)
  .join('\n')}

- \`\${NAME}\` inside any string is taken from the environment, so that no secret has to stand in the file.
- An unknown key is an error that suggests the nearest known one; all problems are told at once, each with its path.
- \`"$schema"\` gives completion and checks in an editor; the tool itself does not read it.
  It names the schema that comes with the package: \`"./node_modules/gitbucket2gitlab/migrate.config.schema.json"\` where that is installed beside the file, else a \`file:\` address of the installed one, or \`"./migrate.config.schema.json"\` beside a copy.
- In a glob \`*\` stands for any text without a \`/\`, and \`?\` for one character.
- \`caFile\` and \`report.dir\` are relative to the folder in which the command runs.
- \`GB2GL_TIMEOUT\` in the environment sets the seconds after which a silent server is given up, where the usual ones do not fit.

[migrate.config.example.json](../migrate.config.example.json) is a complete file.

## Making the file: \`gb2gl init\`

\`gb2gl init\` asks for both addresses and both tokens, tries them, shows what it found, asks for the parent group, and writes the file with mode 0600.
Tokens are not shown while they are typed, and never written: the file holds \`"\${GITBUCKET_TOKEN}"\` and \`"\${GITLAB_TOKEN}"\`.
What is wrong is told and asked again; an empty answer leaves it as it is, untested.
The variables above are presets for the addresses, and a token that is set is used without asking.
A file that is there is replaced only after a yes, or with \`--force\`.

Where stdin is no terminal the answers are read from it, one a line and in this order: address and token of GitBucket, address and token of GitLab, parent group.
\`gb2gl init --yes\` asks nothing: it takes the four variables, and the parent group from \`--parent-group\`; when one of them is wrong it writes nothing and ends with 2 or 3.

## Names that do not exist

Every owner and repository in \`select\` and \`map\`, and on the command line, must exist: all wrong ones are told at once, each with the nearest that exists, before anything is touched.

- In \`select.include\` (with \`--all\`) and \`select.exclude\` that holds for what is written without \`*\` and \`?\`, and for an owner before a glob: \`taem-a/*\` is an error.
- A name of an owner that the run does not concern is only checked for the owner.
- A name that an earlier run moved and that is gone from GitBucket by now is no mistake.
- The users of GitLab in \`map.users\` must exist, where their owners are selected.
- GitBucket before 4.30 has no list of its owners: there only the owners that are selected can be checked.

${Object.entries(sections)
  .map(([name, schema]) => section(name, schema))
  .join('\n\n')}
`;
}

function section(name: string, schema: JsonSchema): string {
  const keys = schema.properties
    ? Object.entries(schema.properties).map(([key, value]) => row(`${name}.${key}`, value))
    : [row(name, schema)];
  const heading = schema.properties ? `## \`${name}\`\n\n${sentence(schema.description)}` : `## \`${name}\``;
  return `${heading}\n\n| key | takes | default | meaning |\n| --- | --- | --- | --- |\n${keys.join('\n')}`;
}

function row(key: string, schema: JsonSchema): string {
  return `| \`${key}\` | ${typeOf(schema)} | ${defaultOf(key, schema)} | ${cell(schema.description ?? '')} |`;
}

function typeOf(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.enum) return schema.enum.map(code).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}s`;
  if (schema.type === 'integer') return `${schema.minimum} to ${schema.maximum}`;
  if (typeof schema.additionalProperties === 'object') return 'object of strings';
  return schema.type ?? 'anything';
}

function defaultOf(key: string, schema: JsonSchema): string {
  if (schema.default !== undefined) return code(schema.default);
  const variable = Object.entries(environmentKeys).find(([, path]) => path.join('.') === key)?.[0];
  return variable ? `none; needed unless \`${variable}\` is set` : 'none';
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function sentence(text = ''): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function cell(text: string): string {
  return text.replaceAll(/[|*<_]/g, (letter) => `\\${letter}`);
}
