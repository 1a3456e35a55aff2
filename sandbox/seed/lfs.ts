import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedGitBucket } from '../gitbucket.ts';
import type { Shelf } from './shelf.ts';

const tracked = '*.bin filter=lfs diff=lfs merge=lfs -text\n';

/** Repositories with LFS objects: complete, with one that is lost, with two texts of one object, and one that only looks like it. */
export function seedLfs(shelf: Shelf, gitbucket: EmbeddedGitBucket): void {
  shelf.add('mobile/artwork', { situations: [15], what: 'LFS objects, all there' }, {}, (story) => {
    const keep = keeper(gitbucket, 'mobile', 'artwork');
    const files = { '.gitattributes': tracked, 'README.md': '# Artwork\n' };
    const logo = pointerTo(keep('the first logo', 40_000));
    const first = story.commit({ message: 'Track pictures with LFS', files: { ...files, 'logo.bin': logo } });
    const later = {
      ...files,
      'logo.bin': pointerTo(keep('the second logo', 90_000)),
      'film.bin': pointerTo(keep('a film', 400_000)),
    };
    const tip = story.commit({ message: 'Draw it anew, add a film', files: later, parents: [first] });
    story.branch('main', tip);
    story.tag({ name: 'v1', target: first, message: 'The first logo' });
  });
  shelf.add('mobile/old-artwork', { situations: [16], what: 'an LFS object is lost' }, {}, (story) => {
    const keep = keeper(gitbucket, 'mobile', 'old-artwork');
    const files = { '.gitattributes': tracked, 'kept.bin': pointerTo(keep('kept', 20_000)) };
    const first = story.commit({ message: 'Add a picture', files });
    const lost = { ...files, 'lost.bin': pointerTo(objectOf('never stored', 30_000)) };
    story.branch('main', first);
    story.branch(
      'attic',
      story.commit({ message: 'Add a picture that is gone', files: lost, parents: [first] }),
    );
  });
  shelf.add('mobile/textures', { what: 'two pointer texts of one LFS object' }, {}, (story) => {
    const keep = keeper(gitbucket, 'mobile', 'textures');
    const pointer = pointerTo(keep('sand', 50_000));
    const files = { '.gitattributes': tracked, 'sand.bin': pointer, 'copy/sand.bin': `${pointer}\n` };
    story.branch('main', story.commit({ message: 'Add sand, twice', files }));
  });
  shelf.add('platform/handbook', { what: 'a text that looks like an LFS pointer' }, {}, (story) => {
    const files = {
      'README.md': '# Handbook\n',
      'docs/pointer-example.txt': pointerTo(objectOf('an example', 12_345)),
    };
    story.branch('main', story.commit({ message: 'Explain LFS pointers', files }));
  });
}

type LfsObject = { oid: string; bytes: Buffer };

/** Bytes that are the same on every start: the text, over and over. */
function objectOf(text: string, size: number): LfsObject {
  const bytes = Buffer.alloc(size, text);
  return { oid: createHash('sha256').update(bytes).digest('hex'), bytes };
}

/** Puts objects where the server keeps those of the repository. */
function keeper(gitbucket: EmbeddedGitBucket, owner: string, name: string) {
  const folder = gitbucket.context.lfsDir(owner, name);
  mkdirSync(folder, { recursive: true });
  return (text: string, size: number): LfsObject => {
    const object = objectOf(text, size);
    writeFileSync(join(folder, object.oid), object.bytes);
    return object;
  };
}

function pointerTo({ oid, bytes }: LfsObject): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`;
}
