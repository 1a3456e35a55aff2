/** Second part of the script of report.html: the two bar charts. */
export const pageChart = String.raw`
function chart(title, kind, entries, value, format) {
  const top = entries.filter((entry) => value(entry) > 0).sort((a, b) => value(b) - value(a)).slice(0, 6);
  if (top.length === 0) return null;
  const longest = value(top[0]);
  const width = 480;
  const height = 34;
  const picture = svg('svg', { viewBox: '0 0 ' + width + ' ' + top.length * height, role: 'img', 'aria-label': title });
  top.forEach((entry, index) => {
    const y = index * height;
    const amount = format(value(entry));
    const group = svg('g', {});
    group.append(svg('title', {}, entry.item.id + ': ' + amount));
    group.append(svg('text', { x: 0, y: y + 14, class: 'name' }, shorten(entry.item.id, 52)));
    group.append(svg('text', { x: width, y: y + 14, 'text-anchor': 'end' }, amount));
    group.append(svg('rect', { x: 0, y: y + 20, width, height: 6, rx: 3, class: 'track' }));
    group.append(svg('rect', { x: 0, y: y + 20, width: Math.max(3, (width * value(entry)) / longest), height: 6, rx: 3, class: kind }));
    picture.append(group);
  });
  return el('section', { class: 'card' }, el('h2', {}, title), picture);
}

function shorten(text, length) {
  const characters = Array.from(text);
  return characters.length <= length ? text : characters.slice(0, length - 1).join('') + '…';
}

function charts(entries) {
  const projects = entries.filter((entry) => entry.item.kind === 'project');
  const parts = [
    chart('Longest', 't', projects, (entry) => entry.ms, duration),
    chart('Largest', 'b', projects, (entry) => entry.bytes, bytes),
  ].filter((part) => part !== null);
  return parts.length === 0 || projects.length < 2 ? null : el('div', { class: 'charts' }, ...parts);
}
`;
