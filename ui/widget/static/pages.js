// A cited place in the dialog: the page as a picture with its lines marked, leafed to the pages around, and the quote.
// Drawn on a canvas: no address of a picture has to be allowed by the page's own policy.
const AROUND = 3;

// A figure of a cited page in the answer; its room is kept before it comes.
function figureOf(shown, figure, place) {
  const caption = figure.caption || say('page', { page: figure.page });
  const picture = el('canvas', { width: figure.width, height: figure.height, role: 'img', 'aria-label': caption });
  call(`sources/${shown.message}/figures/${place}`).then(async (reply) => {
    const drawn = await createImageBitmap(await reply.blob());
    picture.width = drawn.width;
    picture.height = drawn.height;
    picture.getContext('2d').drawImage(drawn, 0, 0);
  }).catch(() => whole.remove());
  const whole = el('figure', {}, picture, el('figcaption', { class: 'quiet' }, caption, ' ', markOf(figure.number, shown)));
  return whole;
}

// Brings the first marked line into sight: it is found by its colour, that of the desk's marker on white.
function toMark(picture, frame) {
  const { width, height } = picture;
  const { data } = picture.getContext('2d').getImageData(0, 0, width, height);
  for (let y = 0; y < height; y += 4) {
    let found = 0;
    for (let x = 0; x < width; x += 4) {
      const at = (y * width + x) * 4;
      if (data[at] > 245 && Math.abs(data[at + 1] - 214) < 8 && Math.abs(data[at + 2] - 92) < 14) found += 1;
    }
    if (found > 8) {
      const pane = frame.parentElement;
      pane.scrollTop = frame.offsetTop + (y / height) * frame.clientHeight - pane.clientHeight / 3;
      return;
    }
  }
}

function showSource(shown, source, from) {
  const picture = el('canvas', { 'aria-hidden': 'true' });
  const frame = button(picture, () => frame.classList.toggle('large'), { class: 'picture' });
  const status = el('p', { class: 'quiet', role: 'status' });
  let page = source.page;

  async function draw() {
    frame.setAttribute('aria-label', say('picture', { page, title: source.title }));
    status.textContent = '';
    earlier.disabled = page <= 1 || page <= source.page - AROUND;
    later.disabled = page >= source.page + AROUND;
    place.textContent = say('page', { page });
    const wanted = page;
    try {
      const reply = await call(`sources/${shown.message}/${source.number}/pages/${page}`);
      const drawn = await createImageBitmap(await reply.blob());
      if (wanted !== page) return;
      picture.width = drawn.width;
      picture.height = drawn.height;
      picture.getContext('2d').drawImage(drawn, 0, 0);
      toMark(picture, frame);
    } catch {
      if (wanted !== page) return;
      status.textContent = say('no_picture');
      if (page > source.page) later.disabled = true;
    }
  }

  function leaf(step) {
    page += step;
    draw();
  }

  const earlier = iconButton('back', say('earlier'), () => leaf(-1));
  const later = iconButton('next', say('later'), () => leaf(1));
  const place = el('span', { 'aria-live': 'polite' });
  const section = source.section.join(' › ');
  const open = el('a', { href: `${DESK}${source.original}`, target: '_blank', rel: 'noopener noreferrer', class: 'open' },
    say(source.shown ? 'original' : 'download'), el('span', { class: 'hidden' }, ` (${say('new_tab')})`));
  showView(say('source', { number: source.number, title: source.title }), [
    section && el('p', { class: 'quiet' }, section),
    source.pictured && el('div', { class: 'leaf' }, earlier, place, later),
    source.pictured && frame,
    status,
    el('h3', {}, say('quote')),
    el('blockquote', { lang: source.language || null }, source.quote),
    open,
  ], from);
  if (source.pictured) draw();
}
