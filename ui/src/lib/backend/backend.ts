/**
 * The one door to the host: every request of the window, with its reply. A request that fails rejects with a
 * `Failure`. Knows nothing of how requests travel.
 */
import type { Certificate, Failure, Planned, Progress, Protocol, RunEvent, RunRecord, RunState, Site } from './types';

/** New values of some settings; `null` takes one away. */
export type SiteChange = { [Key in keyof Site]?: Site[Key] | null };

/** What is online of a site. */
export interface Online {
  files: number;
  bytes: number;
  /** When it went online, in milliseconds since 1970. */
  since_ms: number;
}

/** A run that goes on, as far as it is known. */
export interface RunNow {
  run: string | null;
  state: RunState;
  planned: Planned | null;
  progress: Progress | null;
}

/** A site with how it stands. */
export interface SiteView {
  site: Site;
  online: Online | null;
  /** Changes that waited when the folder was last looked at; `null` if that is not known. */
  waiting: number | null;
  running: RunNow | null;
  last: RunRecord | null;
}

/** What a change does to a file online (core::Change, and `removed`). */
export type ChangeKind = 'new' | 'changed' | 'missing' | 'foreign' | 'removed';

export interface ChangeRow {
  path: string;
  kind: ChangeKind;
  size: number;
  /** When the file on this computer was last saved; `null` for a file that is gone. */
  modified_ms: number | null;
}

/** A file that someone else changed on the server since it was published. */
export interface ConflictRow {
  path: string;
  /** Whether publishing would remove it, rather than replace it. */
  removal: boolean;
  server_size: number;
  server_modified_ms: number | null;
  local_size: number | null;
  local_modified_ms: number | null;
}

/** What publishing would do. */
export interface PlanView {
  changes: ChangeRow[];
  unchanged: number;
  /** Bytes to send; some may wait on the server already. */
  bytes: number;
  bytes_waiting: number;
  after: { files: number; bytes: number };
  conflicts: ConflictRow[];
  /** More than half of the site would go. */
  removes_much: boolean;
}

/** What a publish is asked to do besides the usual. */
export interface PublishOptions {
  /** Go on although much would be removed. */
  yes?: boolean;
  keep_removed?: boolean;
  /** Patterns, as in `.gitignore`, left out of this publish; their copies stay online. */
  leave_out?: string[];
  connections?: number;
  /** For each file that someone else changed: whose stays. */
  conflicts?: Record<string, 'keep' | 'replace'>;
  /** Take off what Slipway did not put there; holds the name that was typed. */
  purge_confirmed?: string;
}

/** What was found in a folder that may become a site. */
export interface FolderReport {
  folder: string;
  files: number;
  bytes: number;
  /** The page that visitors see first, if there is one. */
  start_page: string | null;
  generator: { name: string; output: string; output_files: number; command: string } | null;
  /** Files that hold secrets; they are never published. */
  secrets: string[];
}

/** What was found in a pasted text (core::hosting_text). The password goes into its field and nowhere else. */
export interface HostingText {
  host: string | null;
  user: string | null;
  password: string | null;
  port: number | null;
  protocol: Protocol | null;
  remote_dir: string | null;
  web_url: string | null;
}

/** How to reach a server that no site names yet. */
export interface Account {
  host: string;
  user: string;
  password: string;
  protocol: Protocol;
  port: number | null;
  connections: number;
  trusted_certificate: string | null;
}

/** What is tried at a server, in this order. */
export const CHECKS = ['found', 'secure', 'signed_in', 'may_save'] as const;
export type Check = (typeof CHECKS)[number];

export interface RemoteFolder {
  path: string;
  /** Files in it and below; `null` if the server was not asked. */
  files: number | null;
  /** Of them, files that have the name of one that would be published. */
  same_name: number;
  folders: RemoteFolder[];
}

export interface ServerFolders {
  root: RemoteFolder;
  /** The folder that visitors most likely see. */
  likely: string;
  /** Their address, guessed. */
  web_url: string | null;
}

/** What the person chose for the app. */
export interface Settings {
  theme: 'system' | 'light' | 'dark';
  language: 'system' | 'en' | 'de' | 'fr' | 'es';
  connections: number;
  /** Bytes a second; `null` for as fast as it goes. */
  limit: number | null;
}

/** What the person should know of the app. */
export interface About {
  version: string;
  data_folder: string;
  passwords_in: 'keychain' | 'file' | 'env';
}

/** Something that happened without being asked for. */
export type HostEvent =
  | { kind: 'run'; site: string; event: RunEvent }
  | { kind: 'folder_changed'; site: string }
  | { kind: 'dragging'; over: boolean }
  | { kind: 'dropped'; folder: string };

export interface Backend {
  /** Tells of what happens from now on. Returns how to stop listening. */
  listen(listener: (event: HostEvent) => void): () => void;

  sites(): Promise<SiteView[]>;
  addSite(site: Site, password: string): Promise<void>;
  changeSite(name: string, change: SiteChange): Promise<SiteView>;
  removeSite(name: string): Promise<void>;
  /** Keeps the password, or only remembers it until Slipway is closed. */
  setPassword(name: string, user: string, password: string, keep: boolean): Promise<void>;
  /** Opens the encrypted file of passwords. */
  unlockPasswords(passphrase: string): Promise<void>;
  /** Lets the site's build commands run on this computer. */
  allowBuild(name: string): Promise<void>;
  trustCertificate(name: string, certificate: Certificate): Promise<void>;

  preview(name: string, options: PublishOptions): Promise<PlanView>;
  /** What a purge would take off. */
  previewPurge(name: string): Promise<{ files: number; bytes: number }>;
  /** Starts a publish; its events come by `listen`. */
  publish(name: string, options: PublishOptions): Promise<void>;
  stop(name: string): Promise<void>;
  checkServer(name: string, tell: (passed: Check) => void): Promise<void>;
  history(name: string): Promise<RunRecord[]>;
  /** What a run wrote down; `null` where that is not kept any more. */
  runLog(name: string, run: string): Promise<string | null>;

  chooseFolder(): Promise<string | null>;
  lookAtFolder(folder: string): Promise<FolderReport>;
  readText(text: string): Promise<HostingText>;
  checkAccount(account: Account, tell: (passed: Check) => void): Promise<void>;
  folders(account: Account, folder: string): Promise<ServerFolders>;
  /** Adds a site to try things with, on a server inside the app. */
  addPracticeSite(): Promise<string>;

  visit(name: string): Promise<void>;
  openFolder(name: string): Promise<void>;
  showFile(name: string, path: string): Promise<void>;
  visitFile(name: string, path: string): Promise<void>;
  copyText(text: string): Promise<void>;
  pasteText(): Promise<string>;
  setTitle(title: string, progress: number | null): Promise<void>;

  settings(): Promise<Settings>;
  saveSettings(settings: Settings): Promise<void>;
  about(): Promise<About>;
}

/** Whether what was thrown is the host's own failure. */
export function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'site' in thrown;
}

/** What was thrown as a failure; anything else is a fault of the app. */
export function asFailure(thrown: unknown): Failure {
  if (isFailure(thrown)) return thrown;
  return { code: 'unexpected', site: 'unknown', path: null, server_reply: null, detail: String(thrown) };
}
