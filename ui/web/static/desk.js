// What every page has: choices of language and theme, questions before what cannot be taken back, menus that close.

const themes = document.querySelector('[data-theme].choice');
const showTheme = () => {
  const kept = localStorage.getItem('vite-ui-theme') || 'system';
  const dark = kept === 'dark' || (kept === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  themes?.querySelectorAll('button').forEach((button) => {
    button.setAttribute('aria-pressed', String(button.value === kept));
  });
};
themes?.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  localStorage.setItem('vite-ui-theme', button.value);
  showTheme();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', showTheme);
showTheme();

document.querySelector('[data-language].choice')?.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (!button) return;
  document.cookie = `manualdesk_language=${button.value}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
});

document.querySelector('[data-back]')?.addEventListener('click', (event) => {
  if (history.length < 2) return;
  event.preventDefault();
  history.back();
});

// A menu that is too long for the screen shows the page that is open.
document.querySelectorAll('.menu [aria-current], .parts [aria-current]').forEach((each) => {
  each.scrollIntoView({ block: 'nearest', inline: 'center' });
});

// <form data-confirm="Really remove it?">
document.addEventListener('submit', (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') document.querySelectorAll('details.me[open]').forEach((each) => (each.open = false));
});
document.addEventListener('click', (event) => {
  document.querySelectorAll('details.me[open]').forEach((each) => {
    if (!each.contains(event.target)) each.open = false;
  });
});
