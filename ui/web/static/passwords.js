// Fields of passwords: a button that shows what was typed, and how hard a new one is to guess. Nothing leaves the page.

document.querySelectorAll('[data-reveal]').forEach((button) => {
  const form = button.closest('form');
  const fields = [...form.querySelectorAll('input[type=password]')];
  const show = (on) => {
    button.setAttribute('aria-pressed', String(on));
    fields.forEach((field) => (field.type = on ? 'text' : 'password'));
  };
  button.hidden = false;
  button.addEventListener('click', () => show(button.getAttribute('aria-pressed') !== 'true'));
  // Hidden again before it is sent: what a browser remembers of text fields shall hold no password.
  form.addEventListener('submit', () => show(false));
});

// Characters that follow from those before them add nothing: aaaa, abcd, 4321, and what was there already (lalala).
const telling = (typed) => {
  const letters = [...typed.toLowerCase()];
  let count = 0;
  letters.forEach((letter, at) => {
    const step = at ? letter.codePointAt(0) - letters[at - 1].codePointAt(0) : 2;
    const isRun = Math.abs(step) <= 1;
    const pair = letters.slice(Math.max(0, at - 1), at + 1).join('');
    const isOld = at > 1 && letters.slice(0, at).join('').includes(pair);
    if (!isRun && !isOld) count += letter.codePointAt(0) > 0x2e7f ? 2 : 1; // one of thousands of signs, not of dozens
  });
  return count;
};
const LEVELS = [0, 11, 15, 19]; // telling characters from which one is weak, fair, good, strong

document.querySelectorAll('[data-strength]').forEach((part) => {
  const field = document.getElementById(part.dataset.strength);
  const meter = part.querySelector('meter');
  const said = part.querySelector('[role=status]');
  const own = (part.dataset.about || '').toLowerCase().split(/[@\s._-]+/).filter((name) => name.length > 2);
  const judge = () => {
    const typed = field.value;
    const rest = own.reduce((left, name) => left.replaceAll(name, ''), typed.toLowerCase());
    const short = Number(field.minLength) - [...typed].length;
    const level = short > 0 ? 0 : LEVELS.filter((least) => telling(rest) >= least).length;
    part.hidden = !typed;
    meter.value = level;
    const text = short > 0 ? part.dataset.short.replace('{n}', short) : part.dataset[`level${level}`];
    if (said.textContent !== text) said.textContent = text;
  };
  field.addEventListener('input', judge);
  judge();
});
