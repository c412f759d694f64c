/** What menus and shortcuts ask for. Either may hear the same key, so one that comes twice at once counts once. */
import { m } from '../../paraglide/messages.js';
import type { App } from '../app.svelte';
import type { MenuItem } from '../backend/types';

export type From = 'key' | 'menu';

/** A person does not press the same key again as soon as this, in milliseconds. */
const SAME_KEY_MS = 400;

const platform = navigator.userAgent.includes('Mac') ? 'metaKey' : 'ctrlKey';
const KEYS: Readonly<Record<string, MenuItem>> = { n: 'add', ',': 'settings', r: 'look_again', enter: 'publish', f: 'find' };

export class Commands {
  #last: { item: MenuItem; from: From; at: number } | null = null;

  constructor(private readonly app: App) {}

  /** A key with Cmd or Ctrl, if it means something. */
  key(event: KeyboardEvent): void {
    if (!event[platform] || event.altKey || event.shiftKey) return;
    // Some keyboards have their digits above other signs, and Caps Lock makes letters large.
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    const item = digit === undefined ? KEYS[event.key.toLowerCase()] : (`site_${digit}` as MenuItem);
    if (item === undefined) return;
    event.preventDefault();
    if (!event.repeat) this.run(item, 'key');
  }

  run(item: MenuItem, from: From): void {
    const at = performance.now();
    const last = this.#last;
    const echo = last !== null && last.item === item && last.from !== from && at - last.at < SAME_KEY_MS;
    this.#last = echo ? null : { item, from, at };
    if (!echo) this.#do(item);
  }

  #do(item: MenuItem): void {
    const { app } = this;
    // What stands over the screen is answered first.
    if (document.querySelector('dialog[open]')) return;
    const view = app.view;
    const name = view?.site.name;
    const adding = app.place.at === 'add';
    switch (item) {
      case 'add':
        if (!adding) app.place = { at: 'add' };
        return;
      case 'settings':
      case 'about':
        if (!adding) app.place = { at: 'settings', about: item === 'about' };
        return;
      case 'find':
        return document.querySelector<HTMLElement>('[data-find] input')?.focus();
      case 'publish':
        if (view && !view.running) this.#publish(view.site.name);
        return;
      case 'look_again':
        if (view && !view.running) void app.lookAgain(view.site.name);
        return;
      case 'visit':
        if (name && view.site.web_url) void app.attempt(() => app.backend.visit(name));
        return;
      case 'open_folder':
        if (name) void app.attempt(() => app.backend.openFolder(name));
        return;
      default: {
        const site = app.sites.list[Number(item.slice('site_'.length)) - 1];
        if (site && !adding) app.open(site.site.name);
      }
    }
  }

  /** Does the next step that the screen of the site shows, which is not always to publish: a password may be wrong. */
  #publish(name: string): void {
    const { app } = this;
    if (app.place.at === 'site' && app.place.tab !== 'overview') app.open(name);
    else if (app.ends.done(name)) void app.publish(name);
    else press(document.querySelector<HTMLButtonElement>('main .button.main'));
  }
}

/** What trusts, allows or changes something is only shown: a person decides it. */
function press(next: HTMLButtonElement | null): void {
  const decides = next?.closest('[data-code]') && next.type !== 'submit' && !next.hasAttribute('data-goes-on');
  if (decides) next?.focus();
  else next?.click();
}

/** The words of the menus, in the language of the window, with the names of the first sites. */
export function menuLabels(sites: readonly string[]): Record<string, string> {
  const named = sites.slice(0, 9).map((name, index) => [`site_${index + 1}`, name]);
  return {
    menu_file: m.menu_file(),
    menu_edit: m.menu_edit(),
    menu_site: m.settings_website(),
    menu_view: m.menu_view(),
    menu_window: m.menu_window(),
    menu_help: m.menu_help(),
    add: m.menu_add(),
    settings: m.menu_settings(),
    close_window: m.menu_close_window(),
    quit: m.menu_quit(),
    undo: m.menu_undo(),
    redo: m.menu_redo(),
    cut: m.menu_cut(),
    copy: m.menu_copy_text(),
    paste: m.menu_paste(),
    select_all: m.menu_select_all(),
    publish: m.action_publish(),
    look_again: m.menu_look_again(),
    visit: m.visit_website(),
    open_folder: m.action_open_folder(),
    find: m.find_file(),
    about: m.settings_about(),
    hide_app: m.menu_hide_app(),
    hide_others: m.menu_hide_others(),
    show_all: m.menu_show_all(),
    minimize: m.menu_minimize(),
    zoom_in: m.menu_zoom_in(),
    zoom_out: m.menu_zoom_out(),
    zoom_reset: m.menu_zoom_reset(),
    choose_folder: m.folder_dialog(),
    allow_title: m.allow_title(),
    allow_text: m.allow_text(),
    allow_yes: m.allow_yes(),
    allow_no: m.allow_no(),
    quit_title: m.quit_title(),
    quit_text: m.quit_text(),
    quit_stop: m.quit_stop(),
    quit_stay: m.quit_stay(),
    ...Object.fromEntries(named),
  };
}
