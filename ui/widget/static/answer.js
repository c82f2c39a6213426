// An answer's text to nodes: paragraphs, lists, tables, headings, code, and [n] marks. Everything else stays text.
const LIST = /^(\s*)(?:([-*•])|(\d+)[.)])\s+(.*)$/;
const RULE = /^[\s|:-]+$/;

function isRow(line) {
  return line.trim().startsWith('|') || line.includes(' | ');
}

function kindOf(line) {
  if (!line.trim()) return 'gap';
  if (line.startsWith('```')) return 'code';
  if (/^#{1,6}\s/.test(line)) return 'heading';
  if (LIST.test(line)) return 'list';
  return isRow(line) ? 'table' : 'paragraph';
}

// Runs of lines of one kind.
function blocksOf(text) {
  const blocks = [];
  let fenced = false;
  for (const line of text.split('\n')) {
    const kind = fenced ? 'code' : kindOf(line);
    if (line.startsWith('```')) fenced = !fenced;
    const last = blocks[blocks.length - 1];
    if (last && last.kind === kind && kind !== 'heading') last.lines.push(line);
    else blocks.push({ kind, lines: [line] });
  }
  return blocks.filter((block) => block.kind !== 'gap');
}

function inline(text, shown) {
  const pattern = shown.quoted ? /(\[\d+\])/ : /(\[\d+\]|\*\*[^*]+\*\*|`[^`]+`)/;
  return text.split(pattern).filter(Boolean).map((part) => {
    const mark = /^\[(\d+)\]$/.exec(part);
    if (mark) return markOf(Number(mark[1]), shown);
    if (!shown.quoted && /^\*\*.+\*\*$/.test(part)) return el('strong', {}, part.slice(2, -2));
    if (!shown.quoted && /^`.+`$/.test(part)) return el('code', {}, part.slice(1, -1));
    return part;
  });
}

function markOf(number, shown) {
  const source = (shown.citations || []).find((each) => each.number === number);
  if (!source) return el('span', { class: 'mark' }, String(number));
  const label = say('source', { number, title: source.title });
  return button(String(number), (event) => showSource(shown, source, event.currentTarget),
    { class: 'mark', 'aria-label': label, title: label });
}

function cellsOf(line) {
  return line.trim().replace(/^\||\|$/g, '').split('|').map((cell) => cell.trim());
}

function tableOf(lines, shown) {
  const ruled = lines.length > 1 && RULE.test(lines[1]);
  const rows = lines.filter((line) => !RULE.test(line)).map(cellsOf);
  // A first row without figures names its columns; one row alone is data.
  const headed = rows.length > 1 && (ruled || !/\d/.test(rows[0].join('').replace(/\[\d+\]/g, '')));
  const row = (cells, name) => el('tr', {}, ...cells.map((cell) => el(name, name === 'th' ? { scope: 'col' } : {}, ...inline(cell, shown))));
  return el('div', { class: 'wide', tabindex: '0', role: 'group' },
    el('table', {},
      headed && el('thead', {}, row(rows[0], 'th')),
      el('tbody', {}, ...rows.slice(headed ? 1 : 0).map((cells) => row(cells, 'td')))));
}

function listOf(lines, shown) {
  const parts = lines.map((line) => LIST.exec(line));
  const list = el(parts[0][3] ? 'ol' : 'ul');
  for (const [, indent, , number, text] of parts) {
    const props = { class: indent.length > 1 ? 'inner' : null };
    if (number && list.tagName === 'OL') props.value = number;
    list.append(el('li', props, ...inline(text, shown)));
  }
  return list;
}

function nodeOf(block, shown) {
  const { kind, lines } = block;
  if (kind === 'list') return listOf(lines, shown);
  if (kind === 'table') return tableOf(lines, shown);
  if (kind === 'code') return el('pre', { tabindex: '0' }, lines.filter((line) => !line.startsWith('```')).join('\n'));
  if (kind === 'heading') return el('p', { class: 'heading' }, ...inline(lines[0].replace(/^#+\s/, ''), shown));
  const broken = lines.flatMap((line, place) => (place ? [el('br'), ...inline(line, shown)] : inline(line, shown)));
  return el('p', {}, ...broken);
}

// Puts a text into a place. What is there already and stays the same is not touched: nothing jumps, nothing is read twice.
function fill(place, text, shown) {
  const blocks = blocksOf(text);
  const final = Boolean(shown.citations);
  blocks.forEach((block, number) => {
    const key = `${final}${block.kind}${block.lines.join('\n')}`;
    const there = place.children[number];
    if (there && there.made === key) return;
    const node = nodeOf(block, shown);
    node.made = key;
    if (there) there.replaceWith(node);
    else place.append(node);
  });
  while (place.children.length > blocks.length) place.lastElementChild.remove();
}

// An answer as text to take along, with where it stands.
function plain(shown) {
  const places = (shown.citations || []).map((source) => `[${source.number}] ${placeOf(source)}`);
  return [shown.text, ...(places.length ? ['', ...places] : [])].join('\n');
}

function placeOf(source) {
  const page = source.page ? [say('page', { page: source.page })] : [];
  return [source.title, ...source.section, ...page].join(' · ');
}
