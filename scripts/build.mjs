// Bundles src and the libraries it uses into dist: one file per command and what they share, instead of some 500 modules
// that Node would have to find and link at every start. Makes the binary executable and adds the libraries' licences.
import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { tsImport } from 'tsx/esm/api';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
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
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // Only the database viewer of the embedded GitBucket uses it, and it finds its WebAssembly beside itself.
  external: ['sql.js'],
  // Libraries in the older module format load Node's own modules with require.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  plugins: [inlinedPage],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
chmodSync(join(dist, 'cli.js'), 0o755);
writeFileSync(join(dist, 'LICENSES.txt'), licences(Object.keys(metafile.inputs)));

/** Name, version and licence of every library of which a file is in the bundle. */
function licences(files) {
  const folders = new Set(
    files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
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
