import { readFile } from 'node:fs/promises';
import { format } from 'oxfmt';
import { planJsonSchema, resultJsonSchema } from '../src/report/schema.ts';
import { configPage } from './config-page.ts';
import { configSchema } from './config-schema.ts';
import { doctorPage } from './doctor-page.ts';
import { errorsPage } from './errors-page.ts';
import { manualPage } from './manual.ts';

export type GeneratedFile = { path: string; text: string };

/** Every file that is made from the code, as it has to be; paths are relative to the project. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  return [
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'docs/config.md', text: configPage() },
    { path: 'docs/doctor.md', text: doctorPage() },
    { path: 'man/gb2gl.1', text: manualPage() },
    await json('docs/result.schema.json', resultJsonSchema()),
    await json('docs/plan.schema.json', planJsonSchema()),
    await json('migrate.config.schema.json', configSchema()),
  ];
}

/** In the form that the format check wants. */
async function json(path: string, value: object): Promise<GeneratedFile> {
  const text = await readFile(new URL('../.oxfmtrc.json', import.meta.url), 'utf8');
  const { $schema: _, ignorePatterns: __, ...options } = JSON.parse(text) as Record<string, unknown>;
  const { code, errors } = await format(path, JSON.stringify(value, null, 2), options);
  if (errors.length > 0) throw new Error(`${path}: ${JSON.stringify(errors)}`);
  return { path, text: code };
}
