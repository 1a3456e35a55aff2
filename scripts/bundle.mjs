// Bundles src and the libraries it uses; build.mjs and executable.mjs say into what.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { tsImport } from 'tsx/esm/api';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The texts that this module exports when it is run take its place: the built program needs no esbuild for them. */
const inlinedPage = {
  name: 'inlined-page',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]report[\\/]inlined-page\.ts$/ }, async ({ path }) => {
      const texts = Object.entries(await tsImport(pathToFileURL(path).href, import.meta.url));
      return {
        contents: texts.map(([name, text]) => `export const ${name} = ${JSON.stringify(text)};`).join('\n'),
      };
    });
  },
};

/** The program for Node, with these options of esbuild beside the common ones; gives esbuild's list of what is in it. */
export async function bundle(options) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/cli.ts'],
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    // A bundler cannot see what the older format of some libraries loads.
    mainFields: ['module', 'main'],
    plugins: [inlinedPage],
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    ...options,
  });
  return metafile;
}

/** Name, version and licence of every library of which a file is among these inputs of a bundle. */
export function licencesOf(inputs) {
  const folders = new Set(
    Object.keys(inputs).flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  return [...folders]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map(licenceOf)
    .join('\n');
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}
