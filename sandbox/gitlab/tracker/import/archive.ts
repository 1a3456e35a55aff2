import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** One object of a line, as far as nobody has looked at it. */
export type Line = Readonly<Record<string, unknown>>;

/** What an import reads of an archive: the lines of some relations by their names, and of `project_members`. */
export type Archive = {
  /** Up to the first line that is no JSON, an empty one included: reading ends there in silence (GL-421). */
  lines(relation: string): Line[];
  /** Null when a line is broken: that fails the whole import (GL-429). */
  members(): Line[] | null;
};

/** Opens an export archive; what is no archive has nothing in it (GL-442). */
export async function openArchive(file: string): Promise<Archive> {
  const files = await wantedFiles(file);
  return {
    lines: (relation) => parse(files.get(relation) ?? '').lines,
    members() {
      const { lines, broken } = parse(files.get('project_members') ?? '');
      return broken ? null : lines;
    },
  };
}

/** Texts by the names of their relations. */
async function wantedFiles(file: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const tar = extract();
  const unpacked = pipeline(createReadStream(file), createGunzip(), tar);
  try {
    for await (const entry of tar) {
      const { name, type } = entry.header;
      const relation = /^(?:\.\/)?tree\/project\/(\w+)\.ndjson$/.exec(name)?.[1];
      if (relation !== undefined && type === 'file')
        files.set(relation, (await buffer(entry)).toString('utf8'));
      else entry.resume();
    }
    await unpacked;
    return files;
  } catch {
    await unpacked.catch(() => {});
    return new Map();
  }
}

function parse(text: string): { lines: Line[]; broken: boolean } {
  const lines: Line[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    if (text === '') break;
    const value = parsed(line);
    if (value === undefined) return { lines, broken: true };
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) lines.push(value as Line);
  }
  return { lines, broken: false };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
