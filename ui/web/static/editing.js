// Editors' pages: parts that keep themselves up to date, files that are dropped, chunks that light up with their boxes.

const EVERY_MS = 1000;

// Whatever has `data-live` is taken from the page anew, for as long as something in it has `data-open`.
const refresh = async () => {
  const reply = await fetch(location.href, { headers: { Accept: 'text/html' }, cache: 'no-store' });
  if (!reply.ok) return;
  const fresh = new DOMParser().parseFromString(await reply.text(), 'text/html');
  document.querySelectorAll('[data-live][id]').forEach((part) => {
    const newer = fresh.getElementById(part.id);
    if (!newer) return;
    part.toggleAttribute('data-open', newer.hasAttribute('data-open'));
    const held = part.contains(document.activeElement) ? document.activeElement.getAttribute('name') : null;
    const unchecked = new Set([...part.querySelectorAll('input[type=checkbox]:not(:checked)')].map((box) => box.value));
    if (part.innerHTML === newer.innerHTML) return;
    part.innerHTML = newer.innerHTML;
    part.querySelectorAll('input[type=checkbox]').forEach((box) => {
      if (unchecked.has(box.value)) box.checked = false;
    });
    if (held) part.querySelector(`[name="${held}"]`)?.focus();
  });
};
const keepFresh = async () => {
  if (!document.querySelector('[data-live][data-open]')) return;
  await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  await refresh().catch(() => {});
  keepFresh();
};
keepFresh();

// All rows of a list at once.
const all = document.querySelector('[data-all]');
if (all) {
  const boxes = [...document.querySelectorAll('input[name=document]')];
  all.hidden = false;
  all.addEventListener('change', () => boxes.forEach((box) => (box.checked = all.checked)));
}

// Files, one request each, so that each has its own progress and its own reason.
const form = document.getElementById('upload');
if (form) {
  const drop = form.querySelector('.drop');
  const input = form.querySelector('input[type=file]');
  const sent = document.getElementById('sent');
  const said = form.dataset;
  const endings = said.endings.split(' ');

  const problem = (file) => {
    const ending = file.name.includes('.') ? file.name.slice(file.name.lastIndexOf('.')).toLowerCase() : '';
    if (file.name !== 'manual.toml' && !endings.includes(ending)) return said.textEnding;
    if (!file.size) return said.textEmpty;
    return file.size > Number(said.most) ? said.textSize : '';
  };
  const row = (name) => {
    const item = document.createElement('li');
    const [title, state, bar] = ['span', 'span', 'progress'].map((kind) => document.createElement(kind));
    title.textContent = name;
    bar.setAttribute('aria-label', name);
    bar.max = 1;
    bar.value = 0;
    item.append(title, state, bar);
    sent.append(item);
    const ended = (text, kind) => {
      state.textContent = text;
      state.className = `tag ${kind}`;
      bar.remove();
    };
    return { bar, ended };
  };
  const sendOne = (file) =>
    new Promise((resolve) => {
      const shown = row(file.name);
      const reason = problem(file);
      if (reason) {
        shown.ended(reason, 'bad');
        resolve();
        return;
      }
      const body = new FormData();
      body.append('folder', form.elements.folder.value);
      body.append('file', file);
      const request = new XMLHttpRequest();
      request.open('POST', form.action);
      request.setRequestHeader('Accept', 'application/json');
      request.upload.addEventListener('progress', (event) => {
        if (event.lengthComputable) shown.bar.value = event.loaded / event.total;
      });
      request.addEventListener('loadend', () => {
        let taken = null;
        try {
          const reply = JSON.parse(request.responseText);
          taken = reply.files ? reply.files[0] : { state: 'refused', error: reply.error.message, hint: reply.error.hint };
        } catch {
          taken = { state: 'refused', error: said.textLost, hint: '' };
        }
        if (taken.state === 'refused') shown.ended(`${taken.error} ${taken.hint}`, 'bad wide');
        else shown.ended({ new: said.textNew, replaces: said.textReplaces, again: said.textAgain }[taken.state], 'good');
        resolve();
      });
      request.send(body);
    });
  const sendAll = async (files) => {
    for (const file of files) await sendOne(file);
    input.value = '';
    await refresh();
    keepFresh();
  };

  input.addEventListener('change', () => sendAll([...input.files]));
  form.addEventListener('submit', (event) => event.preventDefault());
  ['dragenter', 'dragover'].forEach((kind) =>
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    }),
  );
  ['dragleave', 'drop'].forEach((kind) => drop.addEventListener(kind, () => drop.classList.remove('over')));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    sendAll([...event.dataTransfer.files]);
  });
}

// A chunk and its boxes light up together.
const light = (event, on) => {
  const number = event.target.closest?.('[data-chunk]')?.dataset.chunk;
  if (!number) return;
  document.querySelectorAll(`[data-chunk="${number}"]`).forEach((each) => each.classList.toggle('lit', on));
};
if (document.querySelector('[data-chunk]')) {
  ['mouseover', 'focusin'].forEach((kind) => document.addEventListener(kind, (event) => light(event, true)));
  ['mouseout', 'focusout'].forEach((kind) => document.addEventListener(kind, (event) => light(event, false)));
  document.querySelectorAll('a.box').forEach((box) =>
    box.addEventListener('click', () => document.getElementById(`chunk-${box.dataset.chunk}`)?.focus({ preventScroll: true })),
  );
}

// Arrow keys turn pages, unless somebody writes.
if (document.querySelector('[data-keys]')) {
  document.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest('input, select, textarea')) return;
    const way = { ArrowLeft: 'prev', ArrowRight: 'next' }[event.key];
    const link = way && document.querySelector(`[data-keys] a[rel=${way}]`);
    if (link) link.click();
  });
}
