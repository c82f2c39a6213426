// Speaking with the desk: a session of this tab, calls with its token, and answers as they come.
// Kept in the tab's own storage, so that a reload finds the conversation again and another tab does not.
const STORE = `manualdesk ${SITE}`;
const RENEW_MS = 5 * 60 * 1000;
const GOOD_MS = 14 * 60 * 1000;

const state = { token: '', at: 0, product: '', conversation: '', open: false };
try {
  Object.assign(state, JSON.parse(sessionStorage.getItem(STORE) || '{}'));
} catch { /* storage may be forbidden: the conversation then ends with the page */ }

function keep(values) {
  Object.assign(state, values);
  try {
    sessionStorage.setItem(STORE, JSON.stringify(state));
  } catch { /* as above */ }
}

// What went wrong, as a text's key.
class Trouble extends Error {
  constructor(key, seconds = 0) {
    super(key);
    this.key = key;
    this.seconds = seconds;
  }
}

const TROUBLES = {
  session_over: 'over', no_conversation: 'over', site_full: 'full', question_unusable: 'too_long',
  contact_unusable: 'no_contact', forbidden: 'closed', other_origin: 'closed',
};

async function troubleOf(reply) {
  let kind = '';
  try {
    kind = (await reply.json()).error.type;
  } catch { /* a proxy's page, say */ }
  const key = TROUBLES[kind] || (reply.status === 429 ? 'too_many' : 'unreachable');
  if (key === 'over') keep({ token: '', conversation: '' });
  return new Trouble(key, Number(reply.headers.get('Retry-After')) || 60);
}

async function fetched(path, token, { method = 'GET', body, signal } = {}) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  let reply;
  try {
    reply = await fetch(`${DESK}/widget/v1/${path}`, {
      method, headers, signal, mode: 'cors', credentials: 'omit', body: body && JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Trouble(navigator.onLine === false ? 'offline' : 'unreachable');
  }
  if (!reply.ok) throw await troubleOf(reply);
  return reply;
}

let opening = null;

function session() {
  const age = Date.now() - state.at;
  if (state.token && age < RENEW_MS && state.product === PRODUCT) return Promise.resolve(state.token);
  opening ||= openSession(state.token && age < GOOD_MS ? state.token : '').finally(() => { opening = null; });
  return opening;
}

async function openSession(running) {
  const said = await (await fetched('session', running, { method: 'POST', body: { site: SITE, product: PRODUCT } })).json();
  const lost = state.conversation && !said.renewed;
  keep({ token: said.token, at: Date.now(), product: PRODUCT, conversation: lost ? '' : state.conversation });
  if (lost) throw new Trouble('over');
  return said.token;
}

async function call(path, options) {
  return fetched(path, await session(), options);
}

async function callJson(path, options) {
  return (await call(path, options)).json();
}

// The events of one answer: [name, value] each.
async function* answered(question, signal) {
  const body = { question, conversation: state.conversation, language: look.language };
  const reader = (await call('ask', { method: 'POST', body, signal })).body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Trouble(navigator.onLine === false ? 'offline' : 'stopped');
    }
    if (piece.done) return;
    rest += decoder.decode(piece.value, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const [first, second] = block.split('\n');
      yield [first.replace('event: ', ''), JSON.parse(second.replace('data: ', ''))];
    }
  }
}
