import { describe, expect, test } from 'vitest';
import {
  accountsOn,
  collaboratorsOn,
  fieldsOf,
  membersOn,
  menuOn,
  unescapeHtml,
} from '../../../src/gitbucket/html.ts';

test('escaped text is read as it was, and nothing else is taken for an escape', () => {
  expect(unescapeHtml('&lt;a&gt; &amp;amp; &quot;&#x27;&#39;&#x1F600; &nope; & &#x110000;')).toBe(
    "<a> &amp; \"''\u{1f600} &nope; & &#x110000;",
  );
});

describe('fields', () => {
  const fields = fieldsOf(`<!-- <input name="a" value="commented"> -->
<script>var x = '<input name="a" value="script">';</script>
<input type="text" name="a" value="1 &gt; 0 &quot;x&quot;"/>
<INPUT TYPE='radio' name=b value=one><input type="radio" checked
  name="b" value="two" data-x="a > b">
<input type="checkbox" name="c"><input type="checkbox" name="d" checked/>
<input type="checkbox" name="e" value="1" checked><input type="checkbox" name="e" value="2">
<input type="checkbox" name="e" value="3" checked>
<select name="s"><option value="x">X</option><option value="y" selected>Y</option></select>
<option value="stray" selected>`);

  test('are those that a browser would send', () => {
    expect(['a', 'b', 'c', 'd', 's', 'none'].map((name) => fields.value(name))).toEqual([
      '1 > 0 "x"',
      'two',
      null,
      'on',
      'y',
      null,
    ]);
    expect(fields.values('e')).toEqual(['1', '3']);
    expect([fields.has('c'), fields.has('none')]).toEqual([true, false]);
  });

  test('cannot be forged by a value', () => {
    const page = `<input name="description" value="&quot;&gt;&lt;input name=&quot;token&quot; value=&quot;x&quot;&gt;"/>`;
    expect(fieldsOf(page).has('token')).toBe(false);
  });
});

function membersPage(...blocks: string[]): string {
  const shown = blocks.map((inner) => `<div class="block-header">\n${inner}\n</div>`);
  return shown.map((header) => `<div class="block">\n${header}\n</div>`).join('\n');
}

describe('members', () => {
  const picture = '<a href="/x" class=""><img src="/x/_avatar?1" alt="@x" /></a>';

  test('are read with their mark, with and without a picture that is a link', () => {
    expect(
      membersOn(
        membersPage(
          `${picture} <a href="/x">x</a>\n (Manager) `,
          '<img src="/y"/> <a href="/a%26b">a&amp;b</a>',
        ),
      ),
    ).toEqual([
      { login: 'x', manager: true },
      { login: 'a&b', manager: false },
    ]);
  });

  test('are none where the page says so, and unknown where it is another page', () => {
    expect(membersOn('<ul></ul>\n  No members\n</div>')).toEqual([]);
    expect(membersOn('<html><h1>Sign in</h1></html>')).toBeNull();
    expect(membersOn(membersPage('<a href="/o/r">r</a> <i class="lock"></i>'))).toBeNull();
  });
});

test('collaborators are the calls of the script, and not what only looks like one', () => {
  const page = `<ul id="collaborator-list"></ul><script>
  addListHTML('a&#x27;b', 'ADMIN', '#collaborator-list');
    addListHTML('team', 'GUEST', '#group-list');
        if(data !== ''){ addListHTML(userName, 'ADMIN', '#' + id + '-list'); }
  function addListHTML(userName, role, id){}
</script>`;
  expect(collaboratorsOn(page)).toEqual([
    { name: "a'b", role: 'ADMIN', group: false },
    { name: 'team', role: 'GUEST', group: true },
  ]);
  expect(collaboratorsOn('<html></html>')).toBeNull();
});

function accountRow(cell: string, name: string, about: string, more: string, edit = '_edituser'): string {
  return `<tr><td ${cell}><div class="pull-right"><a href="/g/admin/users/${name}/${edit}">Edit</a></div>
<div><span class="strong"><img src="/x" alt="@${name}" /> ${name}</span>
${about}
</div><div><hr>${more}</div>
<div><span class="muted">Registered:</span> 2024-01-01 <span class="muted">Last Login:</span> 2026-01-02 03:04:05</div></td></tr>`;
}

function entry(label: string, more = ''): string {
  return `<li><a href="/o/r/x"${more}>\n<i class="octicon"></i>\n<span>${label}</span></a></li>`;
}

function menuPage(...entries: string[]): string {
  return `<ul class="sidebar-menu">${entries.join('')}</ul><span>Wiki</span>`;
}

test('a menu tells what is on, off, or elsewhere, and another page has none', () => {
  const external = ' href="" target="_blank"';
  const on = { state: 'on', external: null };
  expect(menuOn(menuPage(entry('Files'), entry('Issues')))).toEqual({
    issues: on,
    wiki: { state: 'off', external: null },
  });
  expect(menuOn(menuPage(entry('Files'), entry('Wiki', external)))).toMatchObject({
    wiki: { state: 'off', external: '/o/r/x' },
  });
  expect(menuOn(menuPage(entry('Wiki')))).toBeNull();
});

describe('accounts', () => {
  test('are read with what the page tells of each', () => {
    const mail =
      '<i class="octicon octicon-mail"></i>a@example.com\n<i class="octicon octicon-home"></i>http://x';
    const page = [
      accountRow('', 'alice', '(A) - Administrator) - Normal)\n - Administrator', mail),
      accountRow('style="background-color: #dddddd;"', 'left', '(L &lt;x&gt;)\n - Normal', ''),
      accountRow('', 'team', '- Group <a href="/m"><img alt="(m) - Normal" /></a>', '', '_editgroup'),
    ].join('\n');
    const common = { lastSignIn: '2026-01-02 03:04:05', group: false, disabled: false };
    expect(accountsOn(page)).toEqual([
      {
        ...common,
        login: 'alice',
        fullName: 'A) - Administrator) - Normal',
        mail: 'a@example.com',
        administrator: true,
      },
      { ...common, login: 'left', fullName: 'L <x>', mail: '', administrator: false, disabled: true },
      { ...common, login: 'team', fullName: '', mail: '', administrator: false, group: true },
    ]);
  });

  test('are unknown where a row cannot be understood', () => {
    expect(accountsOn(accountRow('', 'alice', 'Alice, normal', ''))).toBeNull();
    expect(accountsOn('<html></html>')).toBeNull();
  });
});
