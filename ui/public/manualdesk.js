// Runs before the page's own scripts: the theme follows the system unless someone chose one, and the page says its language.
(() => {
  const theme = 'vite-ui-theme'; // Where Chainlit keeps the choice.
  if (!localStorage.getItem(theme)) localStorage.setItem(theme, 'system');
  document.documentElement.lang = navigator.language || 'en';
})();
