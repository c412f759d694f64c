/** The host of the app: each request is a command of the shell. The only file that knows what the shell is made of. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import type { Check, HostEvent } from './types';

/** Whether the window belongs to the app, rather than to a browser. */
export const inApp = (): boolean => '__TAURI_INTERNALS__' in window;

function channel<T>(hear: (message: T) => void): Channel<T> {
  const made = new Channel<T>();
  made.onmessage = hear;
  return made;
}

export function tauriBackend(): Backend {
  return {
    listen(listener) {
      let ended = false;
      const events = channel<HostEvent[]>((batch) => {
        if (!ended) batch.forEach(listener);
      });
      void invoke('subscribe', { channel: events });
      return () => (ended = true);
    },

    sites: () => invoke('sites'),
    addSite: (site, password) => invoke('add_site', { site, password }),
    changeSite: (name, change, password) => invoke('change_site', { name, change, password: password ?? null }),
    changeSiteChecked: (name, change, password) => invoke('change_site_checked', { name, change, password: password ?? null }),
    removeSite: (name) => invoke('remove_site', { name }),
    setPassword: (name, user, password, keep) => invoke('set_password', { name, user, password, keep }),
    unlockPasswords: (passphrase) => invoke('unlock_passwords', { passphrase }),
    passwordStores: () => invoke('password_stores'),
    usePasswordStore: (kind, passphrase) => invoke('use_password_store', { kind, passphrase }),
    allowBuild: (name) => invoke('allow_build', { name }),
    trustCertificate: (name, sha256) => invoke('trust_certificate', { name, sha256 }),

    plan: (name, options) => invoke('plan', { name, options }),
    preview: (name, options) => invoke('preview', { name, options }),
    previewPurge: (name) => invoke('preview_purge', { name }),
    publish: (name, options) => invoke('publish', { name, options }),
    stop: (name) => invoke('stop', { name }),
    checkServer: (name, tell) => invoke('check_server', { name, channel: channel<Check>(tell) }),
    history: (name) => invoke('history', { name }),
    runLog: (name, run) => invoke('run_log', { name, run }),

    chooseFolder: () => invoke('choose_folder'),
    lookAtFolder: (folder) => invoke('look_at_folder', { folder }),
    readText: (text) => invoke('read_text', { text }),
    checkAccount: (account, tell) => invoke('check_account', { account, channel: channel<Check>(tell) }),
    folders: (account, folder) => invoke('folders', { account, folder }),
    foldersOf: (name) => invoke('folders_of', { name }),
    addPracticeSite: (name) => invoke('add_practice_site', { name }),

    visit: (name) => invoke('visit', { name }),
    openFolder: (name) => invoke('open_folder', { name }),
    showFile: (name, path) => invoke('show_file', { name, path }),
    visitFile: (name, path) => invoke('visit_file', { name, path }),
    showServerCopy: (name, path) => invoke('show_server_copy', { name, path }),
    copyText: (text) => invoke('copy_text', { text }),
    pasteText: () => invoke('paste_text'),
    setTitle: (title, progress) => invoke('set_title', { title, progress }),
    setMenu: (labels) => invoke('set_menu', { labels }),

    settings: () => invoke('settings'),
    saveSettings: (settings) => invoke('save_settings', { settings }),
    about: () => invoke('about'),
    openDataFolder: () => invoke('open_data_folder'),
    openLogs: () => invoke('open_logs'),
    licences: () => invoke('licences'),
  };
}
