/** Last part of the script of report.html: the header, and the list with its filters, search and order. */
export const pageScript = String.raw`
const order = ['failed', 'blocked', 'drifted', 'diverged', 'refused', 'interrupted', 'proven'];
const shownAtOnce = 200;
const entries = result.items.map((item, index) => ({
  item,
  remarks: data.remarks[index],
  bytes: item.steps.reduce((sum, step) => sum + step.bytes, 0),
  ms: item.steps.reduce((sum, step) => sum + step.ms, 0),
  refs: item.proof === null ? Object.values(item.refs).reduce((sum, value) => sum + value, 0) : item.proof.refs,
  text: (item.id + ' ' + item.target.path).toLowerCase(),
}));
const columns = [
  { key: 'state', title: 'State', value: (entry) => order.indexOf(entry.item.state) },
  { key: 'name', title: 'Name', value: (entry) => entry.item.id.toLowerCase() },
  { key: 'refs', title: 'Refs', number: true, value: (entry) => entry.refs },
  { key: 'bytes', title: 'Bytes', number: true, value: (entry) => entry.bytes },
  { key: 'time', title: 'Time', number: true, value: (entry) => entry.ms },
  { key: 'proof', title: 'Proof', value: (entry) => (entry.item.proof ? entry.item.proof.sourceHash : '') },
];
// In the address, so that a view can be shared and survives a reload.
const view = { state: '', q: '', sort: 'state', down: '', ...Object.fromEntries(new URLSearchParams(location.hash.slice(1))) };
let limit = shownAtOnce;
const opened = new Set(view.open ? [view.open] : []);

function header() {
  const mark = { good: 'M4 12.5l5 5L20 6.5', warn: 'M12 4v10M12 18.5v.5', bad: 'M6 6l12 12M18 6L6 18' }[data.verdict.tone];
  const picture = svg('svg', { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': 2.6, 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': true });
  picture.append(svg('path', { d: mark }));
  return el('header', { class: 'head' },
    el('div', { class: 'seal ' + data.verdict.tone }, picture),
    el('div', {},
      el('div', { class: 'eyebrow' }, el('span', {}, data.headings.title), el('span', {}, 'gb2gl ' + result.command), el('span', {}, time(result.finishedAt))),
      el('h1', {}, data.verdict.title),
      el('div', { class: 'eyebrow' }, el('span', {}, link(result.source.url, result.source.url), ' → ', link(result.target.url, result.target.url)), el('span', { class: 'faint' }, 'GitLab ' + result.target.version))));
}

function tiles() {
  const refs = Object.values(result.totals.refs).reduce((sum, value) => sum + value, 0);
  const tile = (value, label) => el('div', { class: 'tile' }, el('b', {}, value), el('span', { class: 'soft small' }, label));
  return el('div', { class: 'tiles' }, tile(count(result.totals.projects), 'repositories'), tile(count(result.totals.groups), 'groups'),
    tile(count(refs), 'refs'), tile(bytes(result.totals.bytes), 'moved'), tile(duration(result.totals.ms), 'taken'));
}

function notice(title, lines) {
  return lines.length === 0 ? null : el('section', { class: 'card' }, el('h2', {}, title), el('ul', {}, lines.map((line) => el('li', {}, line))));
}

function problem(entry) {
  return el('div', { class: 'remark failed' }, el('code', {}, entry.object), el('div', {}, entry.message), el('div', { class: 'soft' }, entry.fix));
}

function strip() {
  const parts = order.filter((state) => result.totals.states[state] > 0).map((state) => {
    const part = el('i', { class: state, title: state + ': ' + count(result.totals.states[state]) });
    part.style.flexGrow = String(result.totals.states[state]);
    return part;
  });
  return parts.length === 0 ? null : el('div', { class: 'strip', 'aria-hidden': 'true' }, ...parts.reverse());
}

function chips() {
  const chip = (state, label, number) => el('button', { class: 'chip ' + state, type: 'button', 'data-state': state, title: data.notes[state] || null, onclick: () => change({ state }) },
    state === '' ? null : el('span', { class: 'dot' }), label + ' ' + count(number));
  return [chip('', 'all', entries.length), ...order.filter((state) => result.totals.states[state] > 0).map((state) => chip(state, state, result.totals.states[state]))];
}

function change(part) {
  Object.assign(view, part);
  limit = shownAtOnce;
  const kept = Object.entries(view).filter(([key, value]) => value !== '' && key !== 'open' && !(key === 'sort' && value === 'state'));
  try { history.replaceState(null, '', '#' + new URLSearchParams(kept)); } catch { /* not allowed everywhere for local files */ }
  paint();
}

function sortBy(column) {
  if (view.sort === column.key) return change({ down: view.down ? '' : '1' });
  change({ sort: column.key, down: column.number ? '1' : '' });
}

function visible() {
  const words = view.q.toLowerCase().split(/\s+/).filter(Boolean);
  const column = columns.find((one) => one.key === view.sort) || columns[0];
  const compare = (a, b) => { const x = column.value(a), y = column.value(b); return x < y ? -1 : Number(x > y); };
  const list = entries.filter((entry) => (view.state === '' || entry.item.state === view.state) && words.every((word) => entry.text.includes(word)));
  return list.sort((a, b) => (view.down ? compare(b, a) : compare(a, b)) || columns[1].value(a).localeCompare(columns[1].value(b)));
}

function row(entry) {
  const item = entry.item;
  const open = opened.has(item.id);
  const toggle = () => { if (!opened.delete(item.id)) opened.add(item.id); paint(); };
  const moved = item.target.path === item.id ? null : el('div', { class: 'faint small' }, '→ ' + item.target.path);
  const line = el('tr', { class: open ? 'row open' : 'row', 'data-id': item.id },
    el('td', {}, el('span', { class: 'state ' + item.state }, el('span', { class: 'dot' }), item.state)),
    el('td', { class: 'name' }, el('button', { class: 'open-row', type: 'button', 'aria-expanded': String(open) }, item.id), item.kind === 'group' ? el('span', { class: 'faint small' }, '  group') : null, moved),
    item.kind === 'group' ? el('td', { class: 'num' }) : el('td', { class: 'num refs' }, count(entry.refs)), el('td', { class: 'num bytes' }, bytes(entry.bytes)), el('td', { class: 'num time' }, duration(entry.ms)),
    el('td', { class: 'proof' }, item.proof === null ? null : el('code', { class: 'soft', title: item.proof.sourceHash }, item.proof.sourceHash.slice(0, 12))));
  line.addEventListener('click', (event) => { if (!event.target.closest('a') && String(getSelection()) === '') toggle(); });
  return open ? [line, el('tr', { class: 'detail' }, el('td', { colspan: String(columns.length) }, details(entry)))] : [line];
}

const body = el('tbody', {});
const foot = el('div', { class: 'foot soft small' });
const heads = columns.map((column) => el('th', { scope: 'col', class: column.number ? 'num' : '' }, el('button', { type: 'button', onclick: () => sortBy(column) }, column.title)));
const search = el('input', { type: 'search', placeholder: 'Search by name', 'aria-label': 'Search by name', oninput: () => change({ q: search.value }) });
search.value = view.q;
const filter = el('div', { class: 'tools' }, ...chips(), search);

function paint() {
  const list = visible();
  const focused = document.activeElement && document.activeElement.closest('tr');
  const id = focused && focused.dataset.id;
  body.replaceChildren(...list.slice(0, limit).flatMap(row));
  if (id) { const again = Array.from(body.rows).find((one) => one.dataset.id === id); if (again) again.querySelector('button').focus(); }
  for (const chip of filter.querySelectorAll('.chip')) chip.setAttribute('aria-pressed', String(chip.dataset.state === view.state));
  heads.forEach((head, index) => {
    if (columns[index].key === view.sort) head.setAttribute('aria-sort', view.down ? 'descending' : 'ascending');
    else head.removeAttribute('aria-sort');
  });
  const more = list.length > limit ? el('button', { class: 'copy', type: 'button', onclick: () => { limit += shownAtOnce; paint(); } }, 'Show more') : null;
  const text = list.length === 0 ? 'Nothing matches.' : count(Math.min(limit, list.length)) + ' of ' + count(list.length) + ' shown';
  foot.replaceChildren(...[el('span', {}, text), more].filter((part) => part !== null));
}

document.getElementById('page').append(...[header(), tiles(), notice(data.headings.next, data.next),
  notice(data.headings.notRead, result.problems.map(problem)), notice(data.headings.warnings, data.warnings), charts(entries),
  entries.length === 0 ? null : el('section', { class: 'card list' }, filter, el('table', {}, el('thead', {}, el('tr', {}, ...heads)), body), foot),
].filter((part) => part !== null));
filter.before(...[strip()].filter((part) => part !== null));
paint();
`;
