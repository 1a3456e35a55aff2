// Loaded before the built program: V8 takes up what it has compiled of it before, and an e2e test spares a third of its time.
// The program is the same, file by file. Where nothing is kept, or it does not fit this Node, V8 compiles as always.
const { readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, dirname, join } = require('node:path');
const { Script } = require('node:vm');

const program = join(__dirname, '../../dist');
const folder = join(__dirname, '../../node_modules/.cache/gb2gl-compiled');
const keeping = process.env.GB2GL_KEEP_COMPILED === '1';
// Where Node compiles a module of this format; there is no other place to come between.
// oxlint-disable-next-line no-underscore-dangle
const compile = Module.prototype._compile;

/** Another build has other names or other times. */
function keptFile(filename) {
  const { mtimeMs, size } = statSync(filename);
  return join(folder, `${basename(filename)}.${mtimeMs}.${size}.${process.version}`);
}

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

// oxlint-disable-next-line no-underscore-dangle
Module.prototype._compile = function (content, filename, ...rest) {
  if (dirname(filename) !== program) return compile.call(this, content, filename, ...rest);
  const file = keptFile(filename);
  const script = new Script(Module.wrap(content.replace(/^#!.*/, '')), { filename, cachedData: read(file) });
  script
    .runInThisContext()
    .call(this.exports, this.exports, Module.createRequire(filename), this, filename, program);
  // At the end, when it knows all functions that were ever called.
  if (keeping) process.on('exit', (code) => code === 0 && keep(file, script));
};

function keep(file, script) {
  writeFileSync(`${file}.${process.pid}`, script.createCachedData());
  renameSync(`${file}.${process.pid}`, file);
}
