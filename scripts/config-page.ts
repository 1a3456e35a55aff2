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
- \`"$schema": "./migrate.config.schema.json"\` gives completion and checks in an editor.
- In a glob \`*\` stands for any text without a \`/\`, and \`?\` for one character.
- \`caFile\` and \`report.dir\` are relative to the folder in which the command runs.
- \`GB2GL_TIMEOUT\` in the environment sets the seconds after which a silent server is given up, where the usual ones do not fit.

[migrate.config.example.json](../migrate.config.example.json) is a complete file.

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
