// Beside the chat: pickers that narrow the manuals, above the box to type in; and the desk's pages in the header.
// Chainlit has no place for either, so they are put in, and put in again whenever the page is drawn anew.
(() => {
  const FIELDS = ['product', 'model', 'version', 'language'];
  let desk = null;
  let choices = { product: '', model: '', version: '', language: '' };
  let told = false; // Until the server has told what was chosen last, a choice made here would be lost.
  let bar = null;
  let menu = null;

  const make = (tag, attributes = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...children.filter((child) => child !== null));
    return element;
  };

  const values = (offer, field) => (field === 'model' ? offer.models : [offer[field]]);

  // Manuals that fit all choices but that of one field.
  const fitting = (but) =>
    desk.offers.filter((offer) =>
      FIELDS.every((field) => field === but || !choices[field] || values(offer, field).includes(choices[field]))
    );

  const shownAs = (field, value) => (field === 'language' && desk.manual_languages[value]) || value;

  const fill = () => {
    if (!bar) return;
    FIELDS.forEach((field) => {
      const select = bar.querySelector(`[name=${field}]`);
      const found = new Set(fitting(field).flatMap((offer) => values(offer, field)));
      if (choices[field]) found.add(choices[field]);
      const options = [...found].filter(Boolean).sort((one, other) => one.localeCompare(other));
      select.replaceChildren(
        new Option(desk.texts.all, ''),
        ...options.map((value) => new Option(shownAs(field, value), value))
      );
      select.value = choices[field];
      select.disabled = !options.length;
    });
    const chosen = FIELDS.filter((field) => choices[field]).map((field) => shownAs(field, choices[field]));
    bar.querySelector('.bar-summary').textContent = chosen.join(' · ') || desk.texts.all_manuals;
    bar.querySelector('[data-do=clear]').hidden = !chosen.length;
    bar.classList.toggle('narrowed', chosen.length > 0);
  };

  const tell = () => {
    fill();
    window.postMessage({ manualdesk: 'choose', choices }, location.origin);
  };

  const makeBar = () => {
    const texts = desk.texts;
    const fields = FIELDS.map((field) => {
      const select = make('select', { name: field });
      select.addEventListener('change', () => {
        choices = { ...choices, [field]: select.value };
        // A model of another product, say, cannot stay chosen.
        if (!fitting('').length) FIELDS.forEach((each) => each !== field && (choices[each] = ''));
        tell();
      });
      return make('label', {}, make('span', { textContent: texts[field] }), select);
    });
    const clear = make('button', { type: 'button', textContent: texts.clear });
    clear.dataset.do = 'clear';
    clear.addEventListener('click', () => {
      FIELDS.forEach((field) => (choices[field] = ''));
      tell();
    });
    const summary = make(
      'summary',
      {},
      make('span', { textContent: `${texts.narrow}: ` }),
      make('strong', { className: 'bar-summary' })
    );
    const group = make('div', { className: 'bar-fields' }, ...fields, clear);
    group.setAttribute('role', 'group');
    group.setAttribute('aria-label', texts.narrow);
    const made = make('details', { id: 'manual-bar' }, summary, group);
    // Always there on a desktop, one line to open on a phone.
    const desktop = matchMedia('(min-width: 768px)');
    const fit = () => (made.open = desktop.matches);
    desktop.addEventListener('change', fit);
    fit();
    return made;
  };

  const makeMenu = () => {
    const texts = desk.texts;
    const links = [['/desk/conversations', texts.conversations]];
    links.push(['/desk/hand-overs', texts.hand_overs]);
    if (desk.editor) links.push(['/desk/documents', texts.documents]);
    if (desk.signed_in) links.push(['/desk/account', texts.account]);
    const languages = Object.entries(desk.languages).map(([code, name]) => {
      const button = make('button', { type: 'button', textContent: name, lang: code });
      button.setAttribute('aria-pressed', String(code === desk.language));
      button.addEventListener('click', () => {
        document.cookie = `manualdesk_language=${code}; path=/; max-age=31536000; samesite=lax`;
        location.reload();
      });
      return button;
    });
    const switcher = make('div', { className: 'menu-languages' }, ...languages);
    switcher.setAttribute('role', 'group');
    switcher.setAttribute('aria-label', texts.interface);
    const out = make('form', { method: 'post', action: '/sign-out' }, make('button', { textContent: texts.sign_out }));
    const summary = make('summary', { textContent: '☰', title: texts.menu });
    summary.setAttribute('aria-label', desk.name ? `${texts.menu}: ${desk.name}` : texts.menu);
    const made = make(
      'details',
      { id: 'desk-menu' },
      summary,
      make(
        'div',
        {},
        desk.name ? make('p', { textContent: desk.name }) : null,
        ...links.map(([href, textContent]) => make('a', { href, textContent })),
        switcher,
        desk.signed_in ? out : null
      )
    );
    document.addEventListener('click', (event) => !made.contains(event.target) && (made.open = false));
    made.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      made.open = false;
      summary.focus();
    });
    return made;
  };

  const place = () => {
    if (!desk) return;
    window.manualdesk.name(desk.texts);
    const composer = document.getElementById('message-composer');
    if (told && composer && composer.previousElementSibling !== bar) composer.before(bar);
    const beside = document.getElementById('theme-toggle');
    if (beside && !beside.parentElement.contains(menu)) beside.parentElement.append(menu);
  };

  window.addEventListener('message', (event) => {
    const said = event.data;
    if (event.source !== window || !said || said.manualdesk !== 'choices') return;
    choices = { ...choices, ...said.choices };
    told = true;
    fill();
    place();
  });

  const begin = async () => {
    desk = await window.manualdesk.call('/desk/chat/bar');
    bar = makeBar();
    menu = makeMenu();
    fill();
    place();
    new MutationObserver(place).observe(document.body, {
      childList: true,
      subtree: true,
      attributeFilter: ['aria-controls', 'aria-labelledby']
    });
  };

  const whenDrawn = () => begin().catch((error) => console.warn(error.message));
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', whenDrawn);
  else whenDrawn();
})();
