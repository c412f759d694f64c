/** The keys that work everywhere, with Cmd or Ctrl. */
import type { App } from '../app.svelte';

const platform = navigator.userAgent.includes('Mac') ? 'metaKey' : 'ctrlKey';

export function shortcut(app: App, event: KeyboardEvent): void {
  if (!event[platform] || event.altKey || event.shiftKey || app.question) return;
  const name = app.place.at === 'site' ? app.place.name : null;
  const view = app.view;
  const site = app.sites.list[Number(event.key) - 1];
  if (event.key === 'n') app.place = { at: 'add' };
  else if (event.key === ',') app.place = { at: 'settings' };
  else if (event.key === 'r' && name) void app.plans.look(name);
  else if (event.key === 'Enter' && name && view && !view.running) void app.publish(name);
  else if (event.key === 'f') document.querySelector<HTMLElement>('[data-find] input')?.focus();
  else if (site && app.place.at !== 'add') app.open(site.site.name);
  else return;
  event.preventDefault();
}
