// Starts it: the look and the style come from the desk, the dialog goes into a shadow root, one global name is left.
const KEEP_MS = 4 * 60 * 1000;

// Black or white, whichever is read better on a colour (WCAG relative luminance).
function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

async function run() {
  const query = `site=${encodeURIComponent(SITE)}&language=${encodeURIComponent(LANGUAGE)}`;
  const [shown, style] = await Promise.all([
    fetched(`look?${query}`).then((reply) => reply.json()),
    fetched('widget.css').then((reply) => reply.text()),
  ]);
  look = shown;
  texts = shown.texts;
  const host = document.createElement('manualdesk-widget');
  host.lang = look.language === 'zh' ? 'zh-CN' : look.language;
  host.dataset.position = look.position;
  if (tag.dataset.theme) host.dataset.theme = tag.dataset.theme;
  host.style.setProperty('--site-accent', look.colour);
  host.style.setProperty('--site-on-accent', inkOn(look.colour));
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  root.append(...build());
  watchEnd();
  document.body.append(host);
  window[NAME] = Object.freeze({ open: () => open(), close });
  // A page that is only just there keeps its own focus.
  if (state.open && innerWidth > 600) open(null, true);
  setInterval(() => {
    if (state.conversation && !ui.panel.hidden && document.visibilityState === 'visible') session().catch(() => {});
  }, KEEP_MS);
}

if (!window[NAME]) {
  run().catch(() => {
    console.warn(`Manualdesk: the chat of site "${SITE}" cannot be shown. Is ${DESK} reachable, the site's id right, and ${location.origin} on its list?`);
  });
}
