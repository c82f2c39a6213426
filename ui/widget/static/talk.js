// The conversation: begun or found again, a question put, its answer shown as it comes.
async function begin() {
  welcome();
  if (state.conversation) {
    try {
      const kept = await callJson(`conversation?conversation=${encodeURIComponent(state.conversation)}`);
      for (const message of kept.messages) {
        if (message.role === 'user') asked(message.text);
        else settle(answerPlace(), message);
      }
      toEnd();
      return;
    } catch (error) {
      if (error.key !== 'over') return void note(troubleText(error));
    }
  }
  try {
    suggest((await callJson(`suggestions?language=${look.language}`)).suggestions);
  } catch (error) {
    if (error.key !== 'unreachable') note(troubleText(error));
  }
}

function welcome() {
  ui.log.append(
    el('div', { class: 'welcome' },
      el('p', {}, look.greeting || say('greeting')),
      el('p', { class: 'quiet' }, look.note || say('note'), ' ',
        look.link && el('a', { href: look.link, target: '_blank', rel: 'noopener noreferrer' }, say('link')))));
}

function suggest(suggestions) {
  if (!suggestions.length || ui.log.children.length > 1) return;
  ui.log.append(el('div', { class: 'suggestions' }, el('p', { class: 'quiet' }, say('suggestions')),
    ...suggestions.map(({ label, question }) => button(label, () => ask(question)))));
}

function submit() {
  const question = ui.input.value.trim();
  if (!question || running) return;
  ui.input.value = '';
  grow();
  ask(question);
}

function asked(question) {
  const suggestions = ui.log.querySelector('.suggestions');
  if (suggestions) suggestions.remove();
  ui.log.append(el('div', { class: 'asked' }, el('span', { class: 'hidden' }, `${say('you')}: `), question));
}

function answerPlace() {
  const body = el('div', { class: 'body' });
  const place = el('div', { class: 'answer' }, el('h3', { class: 'hidden' }, say('answer')), body);
  ui.log.append(place);
  return place;
}

function busy(controller) {
  running = controller;
  const label = say(controller ? 'stop' : 'send');
  ui.send.replaceChildren(icon(controller ? 'stop' : 'send'));
  ui.send.setAttribute('aria-label', label);
  ui.send.title = label;
}

async function ask(question) {
  if (running) return;
  ui.input.focus();
  asked(question);
  const place = answerPlace();
  const waiting = el('p', { class: 'waiting' }, say('thinking'));
  place.append(waiting);
  announce(say('thinking'));
  toEnd(true);
  atEnd = true;
  busy(new AbortController());
  try {
    await follow(question, place, waiting);
  } catch (error) {
    failed(error, place, question);
  }
  waiting.remove();
  busy(null);
}

async function follow(question, place, waiting) {
  const body = place.querySelector('.body');
  let text = '';
  for await (const [name, value] of answered(question, running.signal)) {
    if (name === 'conversation') keep({ conversation: value.conversation });
    if (name === 'passages' && value.passages.length) {
      const titles = [...new Set(value.passages.map((passage) => passage.title))].slice(0, 2).join(', ');
      waiting.textContent = say('looking', { titles });
    }
    if (name === 'delta') {
      waiting.remove();
      text += value.text;
      fill(body, text, { text });
      announce(value.text.replace(/\s*\[\d+\]/g, ''));
      toEnd();
    }
    if (name === 'answer') {
      waiting.remove();
      settle(place, value);
      announce(text ? say('answered') : value.text.replace(/\s*\[\d+\]/g, ''));
      toEnd();
      return;
    }
    if (name === 'error') throw new Trouble('unreachable');
  }
  throw new Trouble('stopped');
}

// The whole answer, with its sources and what can be done with it.
function settle(place, shown) {
  fill(place.querySelector('.body'), shown.text, { ...shown, citations: shown.citations || [] });
  if (shown.clarify) {
    place.append(el('div', { class: 'suggestions' }, ...shown.clarify.options.map((option) => button(option, () => ask(option)))));
  }
  place.append(...(shown.figures || []).map((figure, number) => figureOf(shown, figure, number)));
  const sources = shown.citations || [];
  if (sources.length) {
    place.append(el('p', { class: 'quiet', id: `s-${shown.message}` }, say('sources')),
      el('ul', { class: 'sources', 'aria-labelledby': `s-${shown.message}` }, ...sources.map((source) => el('li', {},
        button('', (event) => showSource(shown, source, event.currentTarget), { class: 'source' })))));
    place.querySelectorAll('.source').forEach((node, number) => {
      node.append(el('span', { class: 'mark' }, String(sources[number].number)), ' ', placeOf(sources[number]));
    });
  }
  if (shown.refused) {
    place.append(el('div', { class: 'offer' }, el('p', {}, say('person_offer')),
      button(say('person'), (event) => showPerson(event.currentTarget), { class: 'main' })));
  }
  if (shown.citations) place.append(el('div', { class: 'tools' }, copyOf(shown), ratingOf(shown)));
}

function troubleText(error) {
  return say(error.key || 'unreachable', { seconds: error.seconds || 60 });
}

function failed(error, place, question) {
  if (error.name === 'AbortError') {
    place.append(el('p', { class: 'quiet' }, say('stopped')));
    return;
  }
  const text = troubleText(error);
  const person = error.key === 'full' || error.key === 'unreachable' || error.key === 'stopped';
  if (error.key === 'too_long' || error.key === 'over') ui.input.value = question;
  if (error.key === 'over') {
    ui.log.replaceChildren();
    welcome();
    ui.log.append(place);
  }
  place.append(el('div', { class: 'wrong' }, el('p', {}, text), el('div', { class: 'row' },
    button(say('again'), () => {
      place.previousElementSibling?.classList.contains('asked') && place.previousElementSibling.remove();
      place.remove();
      ui.input.value = '';
      ask(question);
    }),
    person && button(say('person'), (event) => showPerson(event.currentTarget)))));
  announce(text);
  toEnd();
}

function note(text) {
  ui.log.append(el('p', { class: 'note' }, text));
  announce(text);
  toEnd(true);
}

// Only who reads at the end is taken along, and no further than that the question stays in sight: a long answer is read
// from its beginning.
let atEnd = true;

function toEnd(anyway = false) {
  if (!anyway && !atEnd) return;
  const questions = ui.log.querySelectorAll('.asked');
  const last = anyway ? null : questions[questions.length - 1];
  const most = last ? last.offsetTop - 12 : Infinity;
  ui.log.scrollTop = Math.min(ui.log.scrollHeight - ui.log.clientHeight, most);
}

function watchEnd() {
  ui.log.addEventListener('scroll', () => {
    if (!running) atEnd = ui.log.scrollHeight - ui.log.scrollTop - ui.log.clientHeight < 60;
  }, { passive: true });
  // While an answer comes it grows away below; who turns back then is left alone.
  for (const name of ['wheel', 'touchmove']) ui.log.addEventListener(name, () => { atEnd = false; }, { passive: true });
}

function restart() {
  running?.abort();
  keep({ conversation: '' });
  ui.log.replaceChildren();
  showChat();
  toggleMenu(false);
  ui.input.focus();
  begin();
}

async function save() {
  toggleMenu(false);
  if (!state.conversation) return;
  try {
    const reply = await call(`conversation/text?conversation=${encodeURIComponent(state.conversation)}`);
    const address = URL.createObjectURL(await reply.blob());
    el('a', { href: address, download: 'conversation.txt' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  } catch (error) {
    note(troubleText(error));
  }
}
