// Runs before the first paint, so that no page flashes in the wrong theme. The chat keeps its choice under the same key.
(() => {
  const kept = localStorage.getItem('vite-ui-theme') || 'system';
  const dark = kept === 'dark' || (kept === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
