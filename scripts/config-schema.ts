import * as z from 'zod';
import { Config, environmentKeys } from '../src/config/schema.ts';

/** The part of JSON schema that the config uses. */
export type JsonSchema = {
  type?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  format?: string;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  required?: string[];
};

/** The schema of the file as a person writes it: with `${NAME}` in strings, and without what the environment sets. */
export function configSchema(): JsonSchema & { properties: Record<string, JsonSchema> } {
  const schema = z.toJSONSchema(Config, { io: 'input', target: 'draft-7' }) as JsonSchema;
  const properties = schema.properties ?? {};
  delete schema.required;
  for (const [section, key] of Object.values(environmentKeys)) {
    const part = properties[section];
    if (!part) continue;
    delete part.required;
    // An address may be written as ${NAME}, which is none.
    delete part.properties?.[key]?.format;
  }
  return { title: 'Configuration of gb2gl', ...schema, properties } as JsonSchema & {
    properties: Record<string, JsonSchema>;
  };
}
