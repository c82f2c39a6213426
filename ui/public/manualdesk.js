// Runs before the page's own scripts: the theme follows the system unless someone chose one, the page says its language,
// and what several elements need is put where they find it.
(() => {
  const theme = 'vite-ui-theme'; // Where Chainlit keeps the choice.
  if (!localStorage.getItem(theme)) localStorage.setItem(theme, 'system');

  // Chainlit's own texts follow the browser; a language chosen on one of our pages wins.
  const chosen = document.cookie.match(/(?:^|; )manualdesk_language=(en|zh)/);
  if (chosen) {
    const language = { en: 'en-US', zh: 'zh-CN' }[chosen[1]];
    Object.defineProperty(navigator, 'language', { get: () => language });
    Object.defineProperty(navigator, 'languages', { get: () => [language] });
  }
  document.documentElement.lang = navigator.language || 'en';

  // What Chainlit's script asks for first, fetched while that script of a megabyte is still on its way.
  const language = `?language=${navigator.language}&`;
  ['/auth/config', '/user', `/project/translations${language}`, `/project/settings${language}`].forEach((href) => {
    const early = { rel: 'preload', as: 'fetch', crossOrigin: 'use-credentials', href };
    document.head.append(Object.assign(document.createElement('link'), early));
  });

  // A websocket that the server ends with this code is one of a session that ended: signed out, or by an admin.
  const ENDED = 4401;
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('close', (event) => {
        if (event.code === ENDED) location.assign(`/sign-in?next=${encodeURIComponent(location.pathname)}`);
      });
    }
  };

  // Chainlit's page opens a socket as soon as it knows who is here, and a second one when it has seen that the address is
  // that of a conversation. Each waits for a cookie first, and the later socket closes the other: where the first cookie
  // came last, as it may on a busy machine, the one that knows of no conversation stayed, and the page empty. So they
  // wait in order, and one that another follows is never opened.
  const fetched = window.fetch;
  let cookie = Promise.resolve();
  let last = 0;
  let followed = () => {};
  window.fetch = (address, ...more) => {
    if (!String(address).endsWith('/set-session-cookie')) return fetched(address, ...more);
    const mine = (last += 1);
    followed();
    // A conversation's page always opens both. Where the first has its cookie before the second asks, as it may where
    // the browser is the busy one, the first waits for it.
    const other =
      mine === 1 && location.pathname.startsWith('/thread/')
        ? new Promise((done) => {
            followed = done;
            setTimeout(done, 5000);
          })
        : null;
    cookie = cookie.catch(() => null).then(() => fetched(address, ...more));
    return Promise.all([cookie, other]).then(([reply]) => (mine === last ? reply : new Promise(() => {})));
  };

  let opener = null;
  window.manualdesk = {
    // Where the focus was when a panel was opened, and back to it.
    from: (element) => {
      opener = element;
    },
    back: () => {
      if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    },

    // Ask our server; with `body` something is sent. Throws an Error with what the server says.
    call: async (address, body) => {
      const sent = body
        ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
        : {};
      const reply = await fetch(address, { ...sent, headers: { Accept: 'application/json', ...sent.headers } });
      const found = await reply.json().catch(() => ({}));
      if (!reply.ok) throw new Error((found.error && found.error.message) || reply.statusText);
      return found;
    },

    // Whether the text is on the clipboard. The modern way exists on https and on this machine only.
    copy: async (text) => {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        const area = Object.assign(document.createElement('textarea'), { value: text });
        document.body.append(area);
        area.select();
        const done = document.execCommand('copy');
        area.remove();
        return done;
      }
    }
  };

  // Alt+Shift+C copies the last answer with its sources, Alt+Shift+T opens it as a ticket.
  const keys = { KeyC: 'copy', KeyT: 'ticket' };
  document.addEventListener('keydown', (event) => {
    const wanted = event.altKey && event.shiftKey && !event.ctrlKey && keys[event.code];
    if (!wanted) return;
    const buttons = document.querySelectorAll(`.answer-actions [data-do=${wanted}]`);
    if (!buttons.length) return;
    event.preventDefault();
    buttons[buttons.length - 1].focus();
    buttons[buttons.length - 1].click();
  });

  ['names', 'bar'].forEach((name) => {
    // In this order: the bar has the page's names mended.
    document.head.append(Object.assign(document.createElement('script'), { src: `/public/${name}.js`, async: false }));
  });
})();
