import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/net/redact.ts';
import { cutTo } from '../../../src/text/format.ts';

const secretText = fc
  .string({ unit: 'grapheme', minLength: 6, maxLength: 40 })
  .filter((text) => text.length >= 6 && !'[secret]'.includes(text) && !/[[\]]/.test(text));
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

describe('redactor', () => {
  it('removes a secret in all four forms wherever it stands', () => {
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), (secret, before, after) => {
        const redactor = createRedactor();
        redactor.add(secret, 'root');
        for (const form of [secret, encodeURIComponent(secret), base64(secret), base64(`root:${secret}`)]) {
          const scrubbed = redactor.scrub(`${before} ${form} ${form}${after}`);
          expect(scrubbed).not.toContain(form);
          expect(scrubbed).toContain('[secret]');
        }
      }),
    );
  });

  it('removes the other spellings that encoders produce', () => {
    const redactor = createRedactor();
    redactor.add(`p+w/d "ä'?`, 'alice');
    for (const form of [
      'p%2bw%2fd%20%22%c3%a4%27%3f',
      "p%2Bw%2Fd+%22%C3%A4'%3F",
      `p+w/d \\"ä'?`,
      Buffer.from(`alice:p+w/d "ä'?`).toString('base64url'),
    ]) {
      expect(redactor.scrub(`<${form}>`)).toBe('<[secret]>');
    }
  });

  it('leaves no beginning of a secret before the place where a text was cut off, whatever its form', () => {
    const secret = 'glpat-Zk9+/=%x?~ZZtop';
    const redactor = createRedactor();
    redactor.add(secret, 'oauth2');
    for (const form of [secret, encodeURIComponent(secret), base64(secret), base64(`oauth2:${secret}`)]) {
      for (let kept = 1; kept <= form.length; kept += 1) {
        const cut = cutTo(30 + kept, `GitLab says: Basic and so on: ${form} is wrong`);
        const rest = redactor.scrub(`${cut} (404)`).replace('GitLab says: Basic and so on: ', '');
        // Padding that was cut off tells nothing.
        const wanted = kept < 3 ? `${form.slice(0, kept)}… (404)` : '[secret]… (404)';
        expect(rest.replace('=…', '…'), `${kept} letters`).toBe(wanted);
      }
    }
    expect(redactor.scrub('a description that ends in Zk9… is not one')).toContain('in Zk9… is');
  });

  it('leaves text without secrets as it is, and ignores what is too short to be one', () => {
    const redactor = createRedactor();
    redactor.add('abcde');
    expect(redactor.scrub('abcde abc')).toBe('abcde abc');
    redactor.add('abcdef');
    fc.assert(fc.property(fc.stringMatching(/^[0-9 .]*$/), (text) => redactor.scrub(text) === text));
  });

  it('keeps several secrets apart, the longer first', () => {
    const redactor = createRedactor();
    redactor.add('glpat-1');
    redactor.add('glpat-12345678');
    expect(redactor.scrub('glpat-12345678 glpat-1')).toBe('[secret] [secret]');
  });

  it('scrubs nested values, keys, errors with causes, and things that contain themselves', () => {
    const redactor = createRedactor();
    redactor.add('glpat-12345678', 'root');
    const error = new Error('token glpat-12345678', { cause: new Error('at glpat-12345678') });
    const value: Record<string, unknown> = {
      list: ['glpat-12345678', 5, null],
      'glpat-12345678': true,
      error,
      map: new Map([['a', 'glpat-12345678']]),
      set: new Set(['glpat-12345678']),
      url: new URL('https://root:glpat-12345678@example.com/'),
      at: new Date(0),
    };
    value['self'] = value;
    const scrubbed = redactor.scrubDeep(value);
    expect(inspect(scrubbed, { depth: 9, showHidden: true })).not.toContain('glpat-12345678');
    expect(scrubbed['self']).toBe(scrubbed);
    expect(scrubbed['error']).toBeInstanceOf(Error);
    expect(scrubbed['list']).toEqual(['[secret]', 5, null]);
    expect(error.message).toContain('glpat-12345678');
  });
});
