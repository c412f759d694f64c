// The elements of a role and a name that a person can find now, those of the main part first. Roles and names are
// those that axe-core works out; `field` is whatever can be filled in (password fields have no role), `summary` what
// opens more.
const [role, name] = arguments;
if (!window.axe) return null;
const FIELDS = 'input, select, textarea';
const dialog = [...document.querySelectorAll('dialog:modal')].at(-1);
const plain = (text) => text.replace(/\s+/g, ' ').trim();
axe.setup(document);
try {
  const own = { field: FIELDS, summary: 'summary' }[role];
  const fits = (node) => (own ? node.matches(own) : axe.commons.aria.getRole(node) === role);
  const named = (node) => name === null || plain(axe.commons.text.accessibleText(node)) === name;
  const found = [...(dialog ?? document.body).querySelectorAll('*')]
    .filter((node) => fits(node) && node.checkVisibility({ visibilityProperty: true }) && named(node));
  const inMain = (node) => node.closest('main, dialog') !== null;
  return [...found.filter(inMain), ...found.filter((node) => !inMain(node))];
} finally {
  axe.teardown();
}
