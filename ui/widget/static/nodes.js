// Building pages out of nodes: text is only ever text, so nothing that an answer holds becomes markup.
function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function button(text, onclick, props = {}) {
  return el('button', { type: 'button', onclick, ...props }, text);
}

const ICONS = {
  chat: 'M4 5h16v11H9l-5 4z',
  close: 'M6 6l12 12M18 6L6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  send: 'M4 12l16-8-5 16-3-7z',
  stop: 'M7 7h10v10H7z',
  back: 'M14 6l-6 6 6 6',
  next: 'M10 6l6 6-6 6',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  good: 'M7 11v9H4v-9zM7 11l4-7c2 0 2.5 1.5 2 3l-.6 3H19l-1.5 9H7',
  bad: 'M7 13V4H4v9zM7 13l4 7c2 0 2.5-1.5 2-3l-.6-3H19L17.5 4H7',
};

function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  for (const [key, value] of [['viewBox', '0 0 24 24'], ['aria-hidden', 'true'], ['class', `icon icon-${name}`]]) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

function iconButton(name, label, onclick, props = {}) {
  return button(icon(name), onclick, { 'aria-label': label, title: label, class: 'plain', ...props });
}
