// The bubble, the dialog, and what happens in it. One dialog a page; its views take each other's place.
let ui = null;
let running = null;   // the answer that is being given
let returnTo = null;  // where the focus goes back to

function build() {
  const log = el('div', { class: 'log', tabindex: '-1' });
  const live = el('div', { class: 'hidden', 'aria-live': 'polite' });
  const input = el('textarea', { rows: '1', maxlength: '2000', 'aria-label': say('question'), placeholder: say('placeholder'),
    oninput: grow, onkeydown: (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        submit();
      }
    } });
  const send = iconButton('send', say('send'), () => (running ? running.abort() : submit()), { class: 'main' });
  const menu = el('div', { class: 'menu', hidden: true },
    button(say('person'), () => showPerson(more)),
    button(say('restart'), restart),
    button(say('save'), save),
    button(say('erase'), () => showErase(more)),
    look.link && el('a', { href: look.link, target: '_blank', rel: 'noopener noreferrer' }, say('link')));
  const more = iconButton('more', say('menu'), () => toggleMenu(menu.hidden), { 'aria-expanded': 'false' });
  const chat = el('div', { class: 'view' }, log, el('div', { class: 'ask' }, input, send));
  const view = el('div', { class: 'view', hidden: true });
  const panel = el('div', { class: 'panel', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'title', hidden: true, onkeydown: keys },
    el('div', { class: 'head' }, el('h2', { id: 'title' }, say('title')), more, iconButton('close', say('close'), close)),
    menu, chat, view, live);
  const bubble = button(icon('chat'), open, { class: 'bubble', 'aria-label': say('open'), title: say('open'), 'aria-haspopup': 'dialog', 'aria-expanded': 'false' });
  ui = { log, live, input, send, menu, more, chat, view, panel, bubble };
  return [bubble, panel];
}

function grow() {
  ui.input.style.height = 'auto';
  ui.input.style.height = `${Math.min(ui.input.scrollHeight, 140)}px`;
}

function announce(text) {
  ui.live.append(el('p', {}, text));
  while (ui.live.children.length > 20) ui.live.firstChild.remove();
}

function toggleMenu(show) {
  ui.menu.hidden = !show;
  ui.more.setAttribute('aria-expanded', String(show));
}

function open(event, quietly = false) {
  if (!ui.panel.hidden) return;
  returnTo = document.activeElement;
  ui.panel.hidden = false;
  ui.bubble.hidden = true;
  ui.bubble.setAttribute('aria-expanded', 'true');
  keep({ open: true });
  if (!quietly) ui.input.focus();
  if (!ui.log.children.length) begin();
}

function close() {
  ui.panel.hidden = true;
  ui.bubble.hidden = false;
  ui.bubble.setAttribute('aria-expanded', 'false');
  keep({ open: false });
  toggleMenu(false);
  const there = returnTo && returnTo !== document.body && returnTo !== ui.bubble.getRootNode().host;
  (there && returnTo.isConnected ? returnTo : ui.bubble).focus();
}

// Esc goes back one step; Tab stays in the dialog.
function keys(event) {
  event.stopPropagation();
  if (event.key === 'Escape') {
    if (!ui.menu.hidden) {
      toggleMenu(false);
      ui.more.focus();
    } else if (ui.chat.hidden) showChat();
    else close();
  }
  if (event.key !== 'Tab') return;
  const all = [...ui.panel.querySelectorAll('button, a[href], input, select, textarea, [tabindex="0"]')];
  const reachable = all.filter((node) => !node.disabled && node.getClientRects().length);
  const [first, last] = [reachable[0], reachable[reachable.length - 1]];
  const now = ui.panel.getRootNode().activeElement;
  if (event.shiftKey ? now === first : now === last) {
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }
}

let viewFrom = null;

function showView(title, nodes, from, focus) {
  toggleMenu(false);
  viewFrom = from || null;
  const heading = el('h3', { class: 'view-title', tabindex: '-1' }, title);
  const back = button([], showChat, { class: 'back' });
  back.replaceChildren(icon('back'), say('back'));
  ui.view.replaceChildren(back, el('div', { class: 'pane' }, heading, ...nodes.filter(Boolean)));
  ui.chat.hidden = true;
  ui.view.hidden = false;
  (focus || heading).focus();
}

function showChat() {
  ui.view.hidden = true;
  ui.chat.hidden = false;
  (viewFrom && viewFrom.isConnected ? viewFrom : ui.input).focus();
  viewFrom = null;
}

function showErase(from) {
  const erase = button(say('erase'), async () => {
    try {
      await call('conversation', { method: 'DELETE' });
    } catch (error) {
      note(troubleText(error));
      return showChat();
    }
    restart();
    note(say('erased'));
    return undefined;
  }, { class: 'main' });
  showView(say('erase'), [el('p', {}, say('erase_sure')), el('div', { class: 'row' }, erase, button(say('cancel'), showChat))], from, erase);
}
