// What a customer tells us: whether an answer helped, and that they want a person.
const REASONS = ['wrong', 'outdated', 'incomplete', 'unclear', 'other'];

function ratingOf(shown) {
  const place = el('span', { class: 'rating' });
  const thumbs = [['good', 1], ['bad', -1]].map(([name, value]) =>
    iconButton(name, say(name), () => rate(value), { 'aria-pressed': String(shown.rated === value) }));

  async function rate(value, reason = '') {
    try {
      await call('rate', { method: 'POST', body: { message: shown.message, value, reason } });
    } catch (error) {
      announce(troubleText(error));
      return;
    }
    thumbs.forEach((thumb, number) => thumb.setAttribute('aria-pressed', String(value === (number ? -1 : 1))));
    while (place.children.length > thumbs.length) place.lastElementChild.remove();
    if (value < 0 && !reason) askWhy();
    else place.append(el('span', { class: 'quiet', role: 'status' }, say('thanks')));
  }

  function askWhy() {
    const choose = el('select', { 'aria-label': say('why'), onchange: () => choose.value && rate(-1, choose.value) },
      el('option', { value: '' }, say('why')),
      ...REASONS.map((reason) => el('option', { value: reason }, say(reason))));
    place.append(choose);
    choose.focus();
  }

  place.append(...thumbs);
  return place;
}

function copyOf(shown) {
  const done = el('span', { class: 'quiet', role: 'status' });
  const copy = iconButton('copy', say('copy'), async () => {
    try {
      await navigator.clipboard.writeText(plain(shown));
    } catch {
      return;
    }
    done.textContent = say('copied');
  });
  return el('span', {}, copy, done);
}

function field(name, props = {}, kind = 'input') {
  const input = el(kind, { id: `f-${name}`, name, ...props });
  return el('div', { class: 'field' }, el('label', { for: input.id }, say(name)), input);
}

function showPerson(from) {
  const wrong = el('p', { class: 'wrong', role: 'alert' });
  const form = el('form', { novalidate: true, onsubmit: send },
    el('p', {}, say('person_intro')),
    field('contact', { required: true, maxlength: '200', autocomplete: 'email' }),
    field('name', { maxlength: '200', autocomplete: 'name' }),
    field('word', { maxlength: '4000', rows: '4' }, 'textarea'),
    wrong,
    el('div', { class: 'row' }, el('button', { class: 'main' }, say('pass_on')), button(say('cancel'), showChat)));

  async function send(event) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    const contact = form.elements.contact;
    contact.removeAttribute('aria-invalid');
    if (!values.contact.trim()) return refuse(say('no_contact'));
    const body = { ...values, conversation: state.conversation, page: location.href, language: look.language };
    try {
      await call('hand-over', { method: 'POST', body });
    } catch (error) {
      return refuse(troubleText(error), error.key === 'no_contact');
    }
    showChat();
    note(say('passed_on'));
    return undefined;
  }

  function refuse(text, isContact = true) {
    wrong.textContent = text;
    if (isContact) {
      form.elements.contact.setAttribute('aria-invalid', 'true');
      form.elements.contact.focus();
    }
  }

  showView(say('person'), [form], from, form.elements.contact);
}
