// Bundles src and the libraries it uses into dist: one file per command and what they share, instead of some 500 modules
// that Node would have to find and link at every start. Makes the binary executable and adds the libraries' licences.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { bundle, licencesOf, root } from './bundle.mjs';

const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
const { inputs } = await bundle({
  outdir: 'dist',
  splitting: true,
  format: 'esm',
  // Only the database viewer of the embedded GitBucket uses it, and it finds its WebAssembly beside itself.
  external: ['sql.js'],
});
for (const name of readdirSync(dist)) {
  const file = join(dist, name);
  writeFileSync(file, asCommonJs(readFileSync(file, 'utf8')));
}
// The format is that of this folder, not of the package around it.
writeFileSync(join(dist, 'package.json'), '{ "type": "commonjs" }\n');
chmodSync(join(dist, 'cli.js'), 0o755);
writeFileSync(join(dist, 'LICENSES.txt'), licencesOf(inputs));

/**
 * The older module format starts faster: Node links nothing, and what V8 has compiled once can be kept. esbuild splits only
 * the newer one.
 */
function asCommonJs(code) {
  const before = code.includes('import.meta.url')
    ? "const ownUrl = require('node:url').pathToFileURL(__filename).href;"
    : '';
  const { code: converted } = transformSync(code, {
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'ownUrl' },
    banner: before,
    logLevel: 'warning',
  });
  return converted;
}
