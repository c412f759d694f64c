/**
 * The one door to the host: every request of the window, with its reply. A request that fails rejects with a
 * `Failure`. Knows nothing of how requests travel.
 */
import type {
  About,
  Account,
  Check,
  Failure,
  FolderReport,
  HostEvent,
  HostingText,
  PasswordStore,
  PlanView,
  PublishOptions,
  RunRecord,
  ServerFolders,
  Settings,
  Site,
  SiteView,
  StoreKind,
} from './types';

/** New values of some settings; `null` takes one away. */
export type SiteChange = { [Key in keyof Site]?: Site[Key] | null };

/** What is tried at a server, in this order. */
export const CHECKS: readonly Check[] = ['found', 'secure', 'signed_in', 'may_save'];

export interface Backend {
  /** Tells of what happens from now on. Returns how to stop listening. */
  listen(listener: (event: HostEvent) => void): () => void;

  sites(): Promise<SiteView[]>;
  /** Adds a site and keeps its password; an empty one is not kept. Adds nothing if the password cannot be kept. */
  addSite(site: Site, password: string): Promise<void>;
  /**
   * Changes settings. Another server or user takes the password once more, so that none goes where it was not meant for;
   * without it nothing is changed.
   */
  changeSite(name: string, change: SiteChange, password?: string): Promise<SiteView>;
  /** The same, once the server was tried with it. Until then nothing is changed. */
  changeSiteChecked(name: string, change: SiteChange, password?: string): Promise<SiteView>;
  removeSite(name: string): Promise<void>;
  /** Keeps the password, or only remembers it until Slipway is closed. */
  setPassword(name: string, user: string, password: string, keep: boolean): Promise<void>;
  /** Opens the encrypted file of passwords. */
  unlockPasswords(passphrase: string): Promise<void>;
  /** Where passwords are, or could be, kept. */
  passwordStores(): Promise<PasswordStore[]>;
  /** Keeps passwords there from now on, and moves those that are kept. The encrypted file needs its pass phrase. */
  usePasswordStore(kind: StoreKind, passphrase: string | null): Promise<void>;
  /** Asks the person whether the site's build commands may run on this computer, and gives the answer. */
  allowBuild(name: string): Promise<boolean>;
  trustCertificate(name: string, sha256: string): Promise<void>;

  /** What publishing would do, as far as this computer knows: quick, and asks no server. */
  plan(name: string, options: PublishOptions): Promise<PlanView>;
  /** The same, with what the server says. */
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
  /** The folders of a site's server. */
  foldersOf(name: string): Promise<ServerFolders>;
  /** Adds a site to try things with, on a server inside the app. */
  addPracticeSite(name: string): Promise<string>;

  visit(name: string): Promise<void>;
  openFolder(name: string): Promise<void>;
  showFile(name: string, path: string): Promise<void>;
  visitFile(name: string, path: string): Promise<void>;
  /** Brings the server's copy of a file down, and shows it. */
  showServerCopy(name: string, path: string): Promise<void>;
  copyText(text: string): Promise<void>;
  pasteText(): Promise<string>;
  /** The title of the window, and how far a publish is, from 0 to 1. */
  setTitle(title: string, progress: number | null): Promise<void>;
  /** The words of the app's menus. */
  setMenu(labels: Readonly<Record<string, string>>): Promise<void>;

  settings(): Promise<Settings>;
  saveSettings(settings: Settings): Promise<void>;
  about(): Promise<About>;
  openDataFolder(): Promise<void>;
  openLogs(): Promise<void>;
  /** The licences of all that Slipway is made of. */
  licences(): Promise<string>;
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
