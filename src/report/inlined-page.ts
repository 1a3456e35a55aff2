import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

/*
 * Runs only from source. In the built program the texts themselves stand in the place of this module: scripts/build.mjs
 * puts them there.
 */
const { outputFiles } = buildSync({
  absWorkingDir: fileURLToPath(new URL('page', import.meta.url)),
  entryPoints: ['report.ts', 'report.css'],
  outdir: '.',
  write: false,
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'utf8',
  logLevel: 'warning',
});

/** Script of report.html, with all that it imports. */
export const pageScript = textOf('.js');

/** Style of report.html. */
export const pageStyle = textOf('.css');

function textOf(ending: string): string {
  return outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
}
