/** Made-up folders, here and on the server, and a mail of a hosting company. */
import type { FolderReport, HostingText, ServerFolders } from '../types';
import { failure } from './data';

export const MAIL = `Welcome to Bright Harbour Hosting
FTP server: ftp.brightharbour.example
User name: wildflower
Password: correct-horse`;

export const LICENCES = `Slipway: MIT OR Apache-2.0

${Array.from({ length: 40 }, (_, n) => `library-${n + 1} ${n % 9}.${n % 5}.0: MIT`).join('\n')}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software …`;

/** Nothing may be saved in this folder of the server. */
export const CLOSED = '/backups';

export const LOG = `2026-11-23 14:03:04 scanning
2026-11-23 14:03:05 plan: 214 new, 91 changed, 7 to remove, 1106 unchanged
2026-11-23 14:03:05 uploading
2026-11-23 14:03:06 note: "pictures/what?.jpg": It has a name that servers can't hold.
2026-11-23 14:03:06 note: "pictures/say \\"cheese\\".jpg": It has a name that servers can't hold.
2026-11-23 14:03:06 note: "old link": It is a link and was left out.
2026-11-23 14:03:06 note: "notes/a very long name that goes on and on, as names of scanned letters tend to do, until nobody remembers how it began.html": It has a name that servers can't hold.
2026-11-23 14:03:06 note: "price-list-2026.pdf": It can't be read.
2026-11-23 14:03:06 note: "pictures/spring/workshop-01.jpg": It can't be read.
2026-11-23 14:03:20 going_live
2026-11-23 14:03:22 ended: live`;

export const SERVER: ServerFolders = {
  likely: '/public_html',
  web_url: 'https://wildflower-and-co.example',
  root: {
    path: '/',
    files: null,
    same_name: 0,
    folders: [
      { path: '/backups', files: 3, same_name: 0, folders: [] },
      { path: '/mail', files: 0, same_name: 0, folders: [] },
      {
        path: '/public_html',
        files: 142,
        same_name: 38,
        folders: [{ path: '/public_html/old-shop', files: 96, same_name: 0, folders: [] }],
      },
    ],
  },
};

/** The folder that the person chooses: `?folder=source` is that of a generator, `?folder=bare` has no start page. */
export function chosen(query: URLSearchParams): string {
  const kind = query.get('folder');
  return `/home/anna/Documents/Shop/${kind ? `wildflower-${kind}` : 'Wildflower website'}`;
}

export function look(folder: string): FolderReport {
  const report = { folder, files: 1_204, bytes: 90_177_536, start_page: 'index.html', generator: null, secrets: [] };
  if (folder.endsWith('-gone')) throw { ...failure('local_folder_missing'), path: folder };
  if (folder.endsWith('-bare')) return { ...report, files: 12, start_page: null };
  if (folder.endsWith('-empty')) return { ...report, files: 0, bytes: 0, start_page: null };
  if (!folder.endsWith('-source')) return report;
  const made = folder.includes('unmade') ? 0 : 318;
  const generator = { name: 'Hugo', output: 'public', output_files: made, command: 'hugo --minify' };
  return { ...report, files: 640, start_page: null, generator, secrets: ['.env'] };
}

export function read(text: string): HostingText {
  const after = (words: RegExp) => words.exec(text)?.[1] ?? null;
  const address = /ftp:\/\/(?:([^:@/]+)(?::([^@/]+))?@)?([^:/\s]+)\/?(\S*)/.exec(text) ?? [];
  return {
    host: address[3] ?? after(/server:\s*(\S+)/i),
    user: address[1] ?? after(/user name:\s*(\S+)/i),
    password: address[2] ?? after(/password:\s*(\S+)/i),
    port: Number(after(/port:\s*(\d+)/i)) || null,
    protocol: /protocol:\s*ftp\b/i.test(text) ? 'ftp' : null,
    remote_dir: address[4] || null,
    web_url: null,
  };
}
