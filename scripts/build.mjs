// Bundles src and the libraries it uses into dist: one file per command and what they share, instead of some 500 modules
// that Node would have to find and link at every start. Makes the binary executable and adds the libraries' licences.
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, licencesOf, root } from './bundle.mjs';

const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
const { inputs } = await bundle({
  outdir: 'dist',
  splitting: true,
  format: 'esm',
  // Only the database viewer of the embedded GitBucket uses it, and it finds its WebAssembly beside itself.
  external: ['sql.js'],
  // Libraries in the older module format load Node's own modules with require.
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
});
chmodSync(join(dist, 'cli.js'), 0o755);
writeFileSync(join(dist, 'LICENSES.txt'), licencesOf(inputs));
