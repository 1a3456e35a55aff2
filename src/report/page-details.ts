/** First part of the script of report.html: makes elements, formats values, shows one item's details. */
export const pageDetails = String.raw`
const data = JSON.parse(document.getElementById('data').textContent);
const result = data.result;

function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name === 'onclick' || name === 'oninput') element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  for (const child of children.flat(3)) if (child !== null) element.append(child);
  return element;
}

function svg(tag, attributes, text) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

function count(value) { return String(value).replace(/\B(?=(\d{3})+$)/g, ','); }
function bytes(value) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) { value /= 1000; unit += 1; }
  return value.toFixed(unit > 0 && value < 99.95 ? 1 : 0) + ' ' + units[unit];
}
function duration(ms) {
  if (ms < 99.5) return Math.round(ms) + ' ms';
  if (ms < 9950) return (ms / 1000).toFixed(1) + ' s';
  const seconds = Math.round(ms / 1000);
  const two = (value) => String(value).padStart(2, '0');
  if (seconds < 60) return seconds + ' s';
  if (seconds < 3600) return Math.floor(seconds / 60) + ' min ' + two(seconds % 60) + ' s';
  const minutes = Math.round(seconds / 60);
  return Math.floor(minutes / 60) + ' h ' + two(minutes % 60) + ' min';
}
function time(iso) { return iso.slice(0, 10) + ' ' + iso.slice(11, 16) + ' UTC'; }

function link(text, address) {
  if (!/^https?:\/\//i.test(address || '')) return el('span', {}, text);
  return el('a', { href: address, rel: 'noreferrer noopener', target: '_blank' }, text);
}

function copyButton(text) {
  const button = el('button', { class: 'copy', type: 'button' }, 'Copy');
  button.addEventListener('click', () => {
    const area = el('textarea', {}, '');
    area.value = text;
    button.after(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  });
  return button;
}

function block(title, wide, ...children) {
  return el('section', { class: wide ? 'wide' : '' }, el('h3', {}, title), ...children);
}

function remark(entry) {
  const fix = entry.fix === null ? null : el('div', { class: 'fix' }, el('pre', {}, entry.fix), copyButton(entry.fix));
  const ref = entry.ref === null ? null : el('div', {}, el('code', {}, entry.ref));
  return el('div', { class: 'remark' }, ref, el('div', {}, entry.text), fix);
}

function steps(list) {
  const longest = Math.max(1, ...list.map((step) => step.ms));
  return list.map((step) => {
    const bar = el('i', {});
    bar.style.width = (100 * step.ms) / longest + '%';
    const facts = [duration(step.ms)];
    if (step.bytes > 0) facts.push(bytes(step.bytes));
    if (step.outcome !== 'done') facts.push(step.outcome);
    return el('div', { class: 'step' }, el('span', {}, step.step), bar, el('span', { class: 'soft' }, facts.join(' · ')));
  });
}

function facts(pairs) {
  return el('dl', { class: 'facts' }, pairs.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

function proofOf(proof) {
  const hash = (text) => el('code', {}, text);
  const head = (text) => el('code', {}, text === null ? 'none' : text);
  const pairs = [['Refs compared', count(proof.refs)], ['Verdict', proof.equal ? 'equal on both sides' : 'different']];
  if (proof.sourceHash === proof.targetHash) pairs.push(['Both sides', hash(proof.sourceHash)]);
  else pairs.push(['Source', hash(proof.sourceHash)], ['Target', hash(proof.targetHash)]);
  if (proof.head.source === proof.head.target) pairs.push(['HEAD', head(proof.head.source)]);
  else pairs.push(['HEAD, source', head(proof.head.source)], ['HEAD, target', head(proof.head.target)]);
  return facts(pairs);
}

function details(entry) {
  const item = entry.item;
  const refs = Object.entries(item.refs).filter(([, value]) => value > 0);
  const lines = (list) => el('ul', {}, list.map((line) => el('li', { class: 'small' }, line)));
  const target = [['Target', link(item.target.path, item.target.url)], ['Id', item.target.id === null ? 'none' : String(item.target.id)]];
  return el('div', { class: 'grid ' + item.state },
    entry.remarks.length > 0 ? block(data.notes[item.state], true, ...entry.remarks.map(remark)) : null,
    item.steps.length > 0 ? block('Steps', false, ...steps(item.steps)) : null,
    block('Where it is', false, facts(target.concat(refs.map(([name, value]) => ['Refs, ' + name, count(value)])))),
    item.proof === null ? null : block('Proof', true, proofOf(item.proof)),
    item.warnings.length > 0 ? block('Warnings', true, lines(item.warnings)) : null,
    item.reasons.length > 0 ? block('Decisions', true, lines(item.reasons)) : null);
}
`;
