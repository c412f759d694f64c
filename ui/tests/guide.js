/** What the guide shows: every screen that a person can meet, in the order of the guide, with its name in words. */
export const GUIDE = [
  {
    title: 'Adding a website',
    screens: {
      welcome: 'Welcome',
      'add-1-none': 'Adding a website: which folder',
      'add-1-folder': 'The folder that was chosen',
      'add-1-generator': 'A folder with the parts of a website, and the finished one in it',
      'add-1-unmade': 'The same, when nothing has been made yet',
      'add-1-bare': 'A folder without a start page',
      'add-1-empty': 'An empty folder',
      drop: 'A folder that is dragged over the window',
      'add-2-hosting': 'Adding a website: the hosting company',
      'add-2-pasted': 'Filled from a mail',
      'add-2-more': 'More options: kind of connection, port',
      'add-3-connect': 'Adding a website: trying the server',
      'add-3-certificate_unknown': 'A server that nobody vouches for',
      'add-3-secure_not_offered': 'A server without a secure connection',
      'add-3-login_rejected': 'A password that was not accepted',
      'add-3-host_not_found': 'An address that no server has',
      'add-3-permission_denied': 'A folder where nothing may be saved',
      'add-4-place': 'Adding a website: where on the server',
      'add-4-more': 'A place that is typed',
      'add-4-closed': 'A place where nothing may be saved',
      'add-4-keychain_unavailable': 'A computer without a keychain',
      'add-4-file': 'An encrypted file for passwords',
      'add-4-keychain_locked': 'A locked keychain',
      'add-4-credentials_key_missing': 'A locked file of passwords',
      'add-4-credentials_damaged': 'A damaged file of passwords',
    },
  },
  {
    title: 'Your website',
    screens: {
      'site-first': 'Before the first publish',
      'site-changes': 'What has changed',
      'site-list': 'The same as a list',
      'site-menu': 'The menu of a file',
      'no-match': 'A search that finds nothing',
      'site-nothing': 'All is online',
      'no-address': 'A website without a web address',
      loading: 'Looking at the folder',
      'check-server': 'Trying the server',
      'check-server-failed': 'Trying the server: what is wrong',
    },
  },
  {
    title: 'Publishing',
    screens: {
      'publishing-building': 'Publishing: the website is made',
      'publishing-scanning': 'Publishing: looking at the files',
      publishing: 'Publishing: sending files',
      'publishing-going_live': 'Publishing: going live',
      'publishing-checking': 'Publishing: checking',
      done: 'Done',
      'done-cached': 'Done, while some visitors still see an old copy',
      'done-other_folder': 'Done, but the web address shows another folder',
      'done-program': 'Done, where the pages are made by a program',
      'done-unreachable': 'Done, where the web address could not be opened',
    },
  },
  {
    title: 'When something goes wrong',
    screens: {
      interrupted: 'A publish that was interrupted',
      unmade: 'A website that has to be made first',
      'folder-missing': 'The folder is not there',
      'look-failed': 'The server does not answer',
      offline: 'No internet',
      'failed-offline': 'No internet while publishing',
      'failed-partly': 'Cut off while going live',
      'failed-file': 'Publishing without a keychain: an encrypted file',
      'failed-once': 'Publishing with a locked keychain: the password this once',
      trouble: 'Something that could not be opened',
      broken: 'What Slipway remembers cannot be read',
      'failed-login_rejected': 'The password was not accepted',
      'failed-connection_lost': 'The connection was lost',
      'failed-hosting_full': 'The hosting space is full',
      'failed-certificate_changed': 'The server shows a different identity',
      'failed-keychain_unavailable': 'No keychain to use',
      'failed-name_not_allowed': 'Names that the server refuses',
      'failed-build_not_allowed': 'A program that may not run yet',
      'failed-another_publish_running': 'Somebody else is publishing',
      'failed-cancelled': 'Stopped',
    },
  },
  {
    title: 'Questions',
    screens: {
      conflict: 'Files that someone else changed on the server',
      'conflict-other': 'Something else in the place of a file',
      'many-removals': 'Most of the website would be removed',
      purge: 'Removing everything else',
      'purge-nothing': 'Nothing else to remove',
      'purge-failed': 'Removing everything else: no answer',
      forget: 'Forgetting a website',
    },
  },
  {
    title: 'History and settings',
    screens: {
      history: 'History',
      'put-back': 'Putting an earlier version back',
      'history-empty': 'History before the first publish',
      'settings-site': 'Settings of a website',
      'settings-site-more': 'Settings of a website: more options',
      'settings-site-trust': 'Settings of a website: a new server',
      'settings-app': 'Settings of the app',
      'settings-app-file': 'Passwords into an encrypted file',
      'settings-app-absent': 'No keychain on this computer',
      'settings-app-env': 'Passwords from the environment',
      'settings-app-locked': 'Passwords out of a locked file',
      'settings-app-refused': 'Passwords into a locked keychain',
      licences: 'Licences',
    },
  },
];

const THEMES = ['light', 'dark'];

/** The page that shows them all. */
export function overview() {
  const cell = (name, words, theme) => `![${words}, ${theme}](${name}-${theme}.png)`;
  const row = ([name, words]) => `| ${[words, ...THEMES.map((theme) => cell(name, words, theme))].join(' | ')} |`;
  const parts = GUIDE.map(({ title, screens }) =>
    [`## ${title}`, '', '| Screen | Light | Dark |', '| --- | --- | --- |', ...Object.entries(screens).map(row)].join('\n'),
  );
  return ['# Every screen', 'Made by `npm run pictures -- --guide` in `ui/`. The names, folders and servers are made up.', ...parts].join('\n\n') + '\n';
}
