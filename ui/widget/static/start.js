// What the script tag says. Enters: <script src=".../widget.js" data-site data-product data-language data-theme>.
const tag = document.currentScript;
const DESK = new URL('.', tag.src).href.replace(/\/$/, '');
const SITE = tag.dataset.site || '';
const PRODUCT = tag.dataset.product || '';
const LANGUAGE = tag.dataset.language || document.documentElement.lang || navigator.language || 'en';
const NAME = 'ManualdeskWidget';

let look = null;   // how this site's chat looks, from the desk
let texts = {};    // what it says, in the reader's language

// A text with its gaps filled: say('page', {page: 3}).
function say(key, gaps = {}) {
  return (texts[key] || '').replace(/\{(\w+)\}/g, (whole, name) => (name in gaps ? String(gaps[name]) : whole));
}
