// Bundles src and the libraries it uses into dist: one file per command and what they share, instead of some 500 modules
// that Node would have to find and link at every start. Makes the binary executable and adds the libraries' licences.
import { chmodSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['src/cli.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // Libraries in the older module format load Node's own modules with require and ask for their folder.
  define: { __dirname: 'import.meta.dirname' },
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
// SQLite for the embedded GitBucket's database viewer, in place of the library's file of twice this size.
const wasm = readFileSync(join(root, 'node_modules/sql.js/dist/sql-wasm.wasm'));
writeFileSync(join(dist, 'sql-wasm.wasm.br'), brotliCompressSync(wasm));
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
