// Chainlit's page leaves buttons that are a picture without a name, and says some things in ways that a screen reader
// cannot follow. `window.manualdesk.name(texts)` mends what is on the page now; `bar.js` calls it whenever that changes.
(() => {
  const NAMES = {
    '#sidebar-trigger-button': 'sidebar',
    '#search-chats-button': 'search',
    '#new-chat-button': 'new_chat',
    '#chat-submit': 'send',
    '#stop-button': 'stop',
    '#side-view-title button': 'back',
    '[role=dialog] > button:has(> .sr-only)': 'close',
    '#thread-options': 'options',
    'button:has(> .lucide-arrow-down)': 'down'
  };
  // Not all that is in the list of conversations is an item of it: it is a group of links.
  const ROLES = {
    '#thread-options': 'button',
    'ul[data-sidebar=menu]': 'group',
    'ul[data-sidebar=menu] li': 'none'
  };

  const set = (element, attribute, value) => {
    if (element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
  };
  const each = (selector, mend) => document.querySelectorAll(selector).forEach(mend);

  window.manualdesk.name = (texts) => {
    Object.entries(NAMES).forEach(([selector, name]) => each(selector, (found) => set(found, 'aria-label', texts[name])));
    Object.entries(ROLES).forEach(([selector, role]) => each(selector, (found) => set(found, 'role', role)));
    each('[role=separator][data-resize-handle]', (found) => {
      // It names a panel that is not there while it is closed.
      const panel = found.getAttribute('aria-controls');
      if (panel && !document.getElementById(panel)) found.removeAttribute('aria-controls');
      set(found, 'aria-label', texts.divider);
    });
    each('[role=dialog]:has(> #side-view-content)', (found) => {
      const title = found.querySelector('#side-view-title');
      set(found, 'aria-label', (title && title.textContent.trim()) || texts.back);
      ['aria-labelledby', 'aria-describedby'].forEach((said) => {
        if (found.hasAttribute(said) && !document.getElementById(found.getAttribute(said))) found.removeAttribute(said);
      });
    });
    each('#side-view-content', (found) => set(found, 'tabindex', '0'));
  };
})();
