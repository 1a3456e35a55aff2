/** Makes elements. Every text becomes a text node: nothing that a server said is ever read as markup. */

type Attributes = Readonly<Record<string, string | null | (() => void)>>;
export type Child = Node | string | null | readonly Child[];

/** Attributes that are null are left out; functions listen to the event that `onclick` or `oninput` names. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice('on'.length), value);
    else if (value !== null) element.setAttribute(name, value);
  }
  element.append(...nodesOf(children));
  return element;
}

export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: Child[]
): Element {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...nodesOf(children));
  return element;
}

/** All nodes and texts among them, one after the other. */
export function nodesOf(children: readonly Child[]): (Node | string)[] {
  return children.flatMap((child) => {
    if (child === null) return [];
    return typeof child === 'string' || child instanceof Node ? [child] : nodesOf(child);
  });
}

/** Only web addresses become links. */
export function link(text: string, address: string | null): HTMLElement {
  if (!/^https?:\/\//i.test(address ?? '')) return el('span', {}, text);
  return el('a', { href: address, rel: 'noreferrer noopener', target: '_blank' }, text);
}

export function copyButton(text: string): HTMLElement {
  const button = el('button', { class: 'copy', type: 'button', onclick: copy }, 'Copy');
  function copy(): void {
    const area = el('textarea', {});
    area.value = text;
    button.after(area);
    area.select();
    // The newer way is closed to a local file in some browsers.
    document.execCommand('copy');
    area.remove();
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  }
  return button;
}
