// Chainlit's buttons that are a picture only get a name for screen readers, and its lists and menus the roles they have.
// React makes elements anew as it likes, so the page is watched.
(() => {
  const chinese = document.documentElement.lang.startsWith('zh');
  const named = [
    ['#sidebar-trigger-button', 'Conversations', '对话列表'],
    ['#search-chats-button', 'Search conversations', '搜索对话'],
    ['#new-chat-button', 'New conversation', '新对话'],
    ['#chat-submit', 'Send', '发送'],
    ['#stop-button', 'Stop', '停止'],
    ['#theme-toggle', 'Theme', '外观'],
    ['#side-view-title button', 'Close', '关闭'],
    ['#thread-options', 'More', '更多'],
    ['button:has(> .lucide-arrow-down)', 'To the end', '到底部']
  ];
  const roles = [
    ['#thread-options', 'button'],
    ['ul[data-sidebar=menu]', 'list'],
    ['ul[data-sidebar=menu] > div', 'presentation'],
    ['ul[data-sidebar=menu] li', 'listitem']
  ];
  const put = (element, name, value) => {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  };
  const mend = () => {
    for (const [selector, english, translated] of named) {
      for (const each of document.querySelectorAll(selector)) put(each, 'aria-label', chinese ? translated : english);
    }
    for (const [selector, role] of roles) {
      for (const each of document.querySelectorAll(selector)) put(each, 'role', role);
    }
    // It names a panel that is not there while it is closed.
    for (const each of document.querySelectorAll('[role=separator][aria-controls]')) {
      if (!document.getElementById(each.getAttribute('aria-controls'))) each.removeAttribute('aria-controls');
    }
  };
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      mend();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });
  mend();
})();
