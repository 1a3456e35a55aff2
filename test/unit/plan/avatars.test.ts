import { expect, test } from 'vitest';
import { avatarVerdict, pictureOf } from '../../../src/plan/avatars.ts';
import { pngOf } from '../../helpers/pictures.ts';

const png = { type: 'image/png', bytes: pngOf('a') };

test('a picture is named by what is in it', () => {
  const picture = pictureOf({ custom: true, picture: png });
  expect(picture).toMatchObject({
    name: expect.stringMatching(/^avatar-[0-9a-f]{16}\.png$/),
    type: 'image/png',
  });
  expect(pictureOf({ custom: true, picture: { type: 'text/plain', bytes: pngOf('a') } })).toEqual(picture);
  expect(pictureOf({ custom: true, picture: { ...png, bytes: pngOf('b') } })).not.toEqual(picture);
});

test('what GitBucket drew, or may have drawn, is no picture', () => {
  expect(pictureOf({ custom: false, picture: png })).toBe(null);
  expect(pictureOf({ custom: null, picture: png })).toBe(null);
  expect(pictureOf({ custom: true, picture: null })).toBe(null);
});

test('what GitLab does not take is refused beforehand: scripts in pictures, and more than 200 KB', () => {
  const svg = { type: 'image/svg+xml', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') };
  expect(pictureOf({ custom: true, picture: svg })).toEqual({
    refused: 'GitLab takes no pictures of this kind (image/svg+xml)',
  });
  // Whatever it calls itself.
  expect(pictureOf({ custom: true, picture: { ...svg, type: 'image/png' } })).toHaveProperty('refused');
  expect(pictureOf({ custom: true, picture: { ...png, bytes: pngOf('a', 200 * 1024) } })).toHaveProperty(
    'name',
  );
  expect(pictureOf({ custom: true, picture: { ...png, bytes: pngOf('a', 200 * 1024 + 1) } })).toEqual({
    refused: 'it has 201 KB, and GitLab takes up to 200 KB',
  });
});

function at(name: string): string {
  return `https://gitlab.example/uploads/-/system/group/avatar/7/${name}`;
}

test('only a picture that nobody chose on GitLab is set', () => {
  expect(avatarVerdict('new.png', null, undefined)).toBe('set');
  expect(avatarVerdict('new.png', 'https://www.gravatar.com/avatar/1?s=80', undefined)).toBe('set');
  expect(avatarVerdict('new.png', `${at('new.png')}?width=40`, undefined)).toBe('right');
  expect(avatarVerdict('new.png', at('old.png'), 'old.png')).toBe('set');
  expect(avatarVerdict('new.png', at('other.png'), undefined)).toBe('kept');
  expect(avatarVerdict('new.png', at('other.png'), 'old.png')).toBe('kept');
  // Somebody removed it.
  expect(avatarVerdict('new.png', null, 'old.png')).toBe('kept');
});
