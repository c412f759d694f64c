/**
 * What the host and the window say to each other, as JSON. Made from the host's own types, and checked by its tests:
 * `SLIPWAY_REWRITE_BINDINGS=1 cargo test -p slipway-api bindings` writes this file. Do not change it by hand.
 */

/** What a person should know of the app. */
export interface About {
  /** Slipway's version. */
  version: string;
  /** The folder that holds everything Slipway keeps. */
  data_folder: string;
  /** The folder of the logs. */
  logs_folder: string;
}

/** How to reach a server that no site names yet. */
export interface Account {
  /** The server's name or address. */
  host: string;
  /** The user name at the server. */
  user: string;
  /** Its password. */
  password: string;
  /** How one speaks to the server. */
  protocol: Protocol;
  /** The server's port; `null` for the protocol's own. */
  port: number | null;
  /** Connections at once. */
  connections: number;
  /** The certificate that is trusted although the system does not know it. */
  trusted_certificate: Sha256 | null;
}

/** How a site is made before it is published. */
export interface Build {
  /** Command lines for the system's shell, run one after the other in the site's folder. */
  commands: string[];
  /** The folder that they make, which is published in the place of the site's folder; a relative one is below it. */
  output?: string;
  /** The longest that all commands together may take, in seconds. */
  timeout_seconds?: number;
  /**
   * Further environment variables. Values may hold references (`${cred:…}`), which are looked up when the commands
   * are run; here they are as they were written.
   */
  environment?: Record<string, string>;
}

/** What a person needs to know of a certificate to decide about it. */
export interface Certificate {
  /** Digest of its DER form: what is pinned. */
  sha256: Sha256;
  /** Whom it is made out to. */
  subject: string;
  /** Who vouches for it. */
  issuer: string;
  /** The host names and addresses it is valid for. */
  names: string[];
  /** Valid from, in seconds since 1970 (UTC). */
  not_before: number;
  /** Valid until, in seconds since 1970 (UTC). */
  not_after: number;
  /** What is wrong with it. */
  distrust: Distrust;
}

/** What a change does to a file online. */
export type ChangeKind = 'new' | 'changed' | 'missing' | 'foreign' | 'removed';

/** One file that publishing would change. */
export interface ChangeRow {
  /** Its path below the publish folder. */
  path: string;
  /** What is done to it. */
  kind: ChangeKind;
  /** Its size in bytes; of a file that is taken off, as it was published. */
  size: number;
  /** When the file on this computer was last saved, in milliseconds since 1970; `null` for a file that is gone. */
  modified_ms: number | null;
}

/** What is tried at a server before anything is published there, in this order. */
export type Check = 'found' | 'secure' | 'signed_in' | 'may_save';

/** A kind of failure. */
export type Code = (typeof CODES)[number];

export const CODES = [
  'host_not_found',
  'connection_refused',
  'connection_timed_out',
  'connection_lost',
  'secure_not_offered',
  'secure_failed',
  'certificate_unknown',
  'certificate_changed',
  'login_rejected',
  'too_many_connections',
  'folder_not_found',
  'permission_denied',
  'hosting_full',
  'name_not_allowed',
  'local_folder_missing',
  'local_folder_empty',
  'local_file_unreadable',
  'local_file_unwritable',
  'local_file_changing',
  'password_missing',
  'keychain_locked',
  'keychain_unavailable',
  'credentials_key_missing',
  'credentials_key_wrong',
  'credentials_damaged',
  'credentials_read_only',
  'credentials_ambiguous',
  'conflict',
  'many_removals',
  'confirmation_needed',
  'build_not_allowed',
  'build_failed',
  'sources_clash',
  'import_failed',
  'version_missing',
  'version_damaged',
  'another_publish_running',
  'this_computer_full',
  'server_misbehaves',
  'unsupported_by_server',
  'cancelled',
  'configuration_invalid',
  'site_not_found',
  'site_exists',
  'run_not_found',
  'data_unusable',
  'unexpected',
] as const;

/** How a local file is found to have changed. */
export type Compare = 'modified' | 'checksum';

/**
 * Whose version of a file stays that someone else changed on the server. The rest says which version of theirs was
 * seen, as the `ConflictRow` did: another one is not replaced, but asked about again.
 */
export interface ConflictAnswer {
  /** Whose stays. */
  decision: Decision;
  /** Its size on the server in bytes. */
  server_size: number;
  /** When it was changed by the server's clock, in milliseconds since 1970, where the server says so. */
  server_modified_ms: number | null;
}

/** A file that someone else changed on the server since it was published. */
export interface ConflictRow {
  /** Its path below the publish folder. */
  path: string;
  /** Whether publishing would remove it, rather than replace it. */
  removal: boolean;
  /** Its size on the server in bytes. */
  server_size: number;
  /** When it was changed by the server's clock, in milliseconds since 1970, where the server says so. */
  server_modified_ms: number | null;
  /** Its size on this computer in bytes, if it is here. */
  local_size: number | null;
  /** When it was last saved on this computer, in milliseconds since 1970. */
  local_modified_ms: number | null;
}

/** Whose of the two stays where a file was changed on the server. */
export type Decision = 'keep' | 'replace';

/** Why a certificate is not trusted. */
export type Distrust = 'unknown_issuer' | 'wrong_name' | 'out_of_date' | 'revoked' | 'other';

/** A run or request that failed, as the edge needs it to make a sentence. */
export interface Failure {
  /** The kind. */
  code: Code;
  /** How far the run had got. */
  stage?: RunState;
  /** How the site stands. */
  site: SiteState;
  /** The file or folder it is about, or the first of several. */
  path: string | null;
  /** How many it is about, where there are several. */
  count?: number;
  /** The server's own words. */
  server_reply: string | null;
  /** The certificate that a person must decide about. */
  certificate?: Certificate;
  /** Who publishes the site, where another computer does. */
  publisher?: Publisher;
  /** What the error said of itself and its causes; for the log and for experts, never shown as the message. */
  detail: string;
}

/** A file under way. */
export interface FileProgress {
  /** Its path below the publish folder. */
  path: string;
  /** Bytes handed to the server so far. */
  sent: number;
  /** Its size in bytes. */
  size: number;
}

/** What was found in a folder that may become a site. */
export interface FolderReport {
  /** The folder. */
  folder: string;
  /** Files that would be published. */
  files: number;
  /** Their bytes. */
  bytes: number;
  /** The page that visitors see first, if there is one. */
  start_page: string | null;
  /** The generator, if it looks like the sources of a site. */
  generator: Generator | null;
  /** Files that hold secrets; they are never published. */
  secrets: string[];
}

/** A site generator that a folder's sources are for. */
export interface Generator {
  /** What it is called. */
  name: string;
  /** The folder that it makes, below the folder looked at. */
  output: string;
  /** Files in it; 0 where it is not there yet. */
  output_files: number;
  /** The command that makes it. */
  command: string;
}

/** Something that happened without being asked for. */
export type HostEvent =
  | {
      kind: 'run';
      /** Whose run. */
      site: SiteName;
      /** What it said. */
      event: RunEvent;
    }
  | {
      kind: 'dragging';
      /** Whether it is over the window. */
      over: boolean;
    }
  | {
      kind: 'dropped';
      /** The folder. */
      folder: string;
    }
  | {
      kind: 'menu';
      /** What. */
      item: MenuItem;
    };

/**
 * What was found in a pasted text. The password is for its field in the form, and for nothing else: this is shown to no
 * log.
 */
export interface HostingText {
  /** The server's name or address. */
  host: string | null;
  /** The user name at the server. */
  user: string | null;
  /** Its password. */
  password: string | null;
  /** The server's port. */
  port: number | null;
  /** How one speaks to the server. */
  protocol: Protocol | null;
  /** The publish folder. */
  remote_dir: RemoteDir | null;
  /** Where visitors see the site. */
  web_url: string | null;
}

/**
 * How much of what was published is kept on this computer, so that it can be put back. The version that is online is
 * kept, however large it is.
 */
export interface KeptVersions {
  /** Different versions, with the one that is online; at least 1. */
  number: number;
  /** Bytes of all of them together; at least 1. */
  bytes: number;
}

/** Which language the window speaks. */
export type Language = 'system' | 'en' | 'de' | 'fr' | 'es';

/** How the last run went, one that failed before it had a name included: such a run is not in the history. */
export interface LastRun {
  /** What it was for. */
  kind: RunKind;
  /** The state it ended in. */
  state: RunState;
  /** When it began, in milliseconds since 1970. */
  started_ms: number;
  /** When it ended, in milliseconds since 1970; for an interrupted run, when that was found out. */
  ended_ms: number | null;
  /** What it did; `null` until it ended by itself. */
  outcome: Outcome | null;
  /** Why it failed. */
  failure: Failure | null;
}

/** What can be chosen in the menus and is done by the window. */
export type MenuItem =
  | 'add'
  | 'publish'
  | 'find'
  | 'settings'
  | 'look_again'
  | 'site_1'
  | 'site_2'
  | 'site_3'
  | 'site_4'
  | 'site_5'
  | 'site_6'
  | 'site_7'
  | 'site_8'
  | 'site_9'
  | 'about'
  | 'visit'
  | 'open_folder';

/** What is online of a site. */
export interface Online {
  /** Files that Slipway put there. */
  files: number;
  /** Their bytes. */
  bytes: number;
  /** When it last went online, in milliseconds since 1970. */
  since_ms: number;
}

/** What a finished run did. */
export interface Outcome {
  /** Files that went online. */
  uploaded: number;
  /** Files that were brought down. */
  downloaded: number;
  /** Files that were taken off. */
  removed: number;
  /** Files that were online already. */
  unchanged: number;
  /** Files that could not be published. */
  failed: number;
  /** Bytes sent, those of repeated tries included. */
  bytes: number;
  /** Seconds from start to end. */
  seconds: number;
  /** Tries beyond the first, over all files. */
  retries: number;
  /** The most connections that were open at once. */
  connections: number;
  /** What was done in another way than usual, or left out, in plain words. */
  notes: string[];
  /** Where the password was found. */
  password_from?: StoreKind;
  /** What visitors were found to see, where the site has a web address and something went online. */
  proof?: Proof;
  /** What each of its steps did, in their order; the last one of a failed run may have been cut off. */
  steps?: StepStatistics[];
}

/** What a pass phrase is needed for before a place can be used. */
export type PassPhrase = 'open' | 'create';

/** A kind of place that passwords are kept in. */
export interface PasswordStore {
  /** The kind. */
  kind: StoreKind;
  /** Where it keeps things, in plain words. */
  description: string;
  /** Whether it can be used on this computer, with a pass phrase where one is needed. */
  available: boolean;
  /** Whether passwords are kept there. */
  chosen: boolean;
  /** Whether something can be kept there at all. */
  writable: boolean;
  /** The pass phrase that is needed first, if one is. */
  passphrase?: PassPhrase;
}

/** A step of the way from what is on the server to what will be. */
export type PipelineStep = 'pull' | 'build' | 'publish';

/** What publishing would do. */
export interface PlanView {
  /** Every file that would change, by path. */
  changes: ChangeRow[];
  /** Files that are online already. */
  unchanged: number;
  /** Bytes to send; some may wait on the server already. */
  bytes: number;
  /** Of them, bytes that an interrupted run has sent already. */
  bytes_waiting: number;
  /** What is online of the site once it is published. */
  after: Totals;
  /** Files that need an answer first. */
  conflicts: ConflictRow[];
  /** More than half of the site would go. */
  removes_much: boolean;
}

/** What a run is going to do, as it says once it knows. */
export interface Planned {
  /** Files that are not online yet. */
  new: number;
  /** Files that are online with other content. */
  changed: number;
  /** Files that will be taken off. */
  removed: number;
  /** Files that are online already. */
  unchanged: number;
  /** Bytes to send. */
  bytes: number;
  /** Of them, bytes that an interrupted run has sent already. */
  bytes_waiting: number;
}

/** How far the run's present state has got. */
export interface Progress {
  /** Files done in this state. */
  files_done: number;
  /** Files to do in this state. */
  files_total: number;
  /** Bytes done in this state. */
  bytes_done: number;
  /** Bytes to do in this state. */
  bytes_total: number;
  /** Bytes a second, over the last seconds. */
  bytes_per_second: number;
  /** Seconds left, once that can be told. */
  seconds_left: number | null;
  /** Connections open. */
  connections: number;
  /** Files under way. */
  active: FileProgress[];
}

/** What came of looking at the site as a visitor does. */
export interface Proof {
  /** What was found. */
  finding: ProofFinding;
  /** Files that were fetched and compared. */
  compared: number;
  /** Of them, those that are as they were published. */
  same: number;
  /** The first file that shows the finding, if one does. */
  path?: string;
  /** Why nothing could be fetched. */
  reason?: Unreached;
}

/** What was found when the published pages were fetched from the web address. A finding, never a failure. */
export type ProofFinding = 'live' | 'cached' | 'other_folder' | 'program' | 'unreachable';

/** How one speaks to the server. */
export type Protocol = 'ftps' | 'ftps-implicit' | 'ftp';

/** What a publish is asked to do besides the usual. */
export interface PublishOptions {
  /** Go on although much would be removed. */
  yes?: boolean;
  /** Take nothing off. */
  keep_removed?: boolean;
  /** Patterns, as in `.gitignore`, left out of this publish; their copies stay online. */
  leave_out?: string[];
  /** Connections at once, if not as the site says. */
  connections?: number;
  /** For each file that someone else changed: whose stays. */
  conflicts?: Record<string, ConflictAnswer>;
  /** Put back what this run brought online, instead of publishing the folder. */
  version?: RunId;
  /** Take the place of another computer that has been silent for ten minutes. */
  take_over?: boolean;
  /** Take off what Slipway did not put there; holds the name that was typed. */
  purge_confirmed?: string;
}

/** Another computer that publishes a site, as its lock on the server says. */
export interface Publisher {
  /** The user and the computer, as `anna@laptop`; `None` where the lock does not tell. */
  name: string | null;
  /** Seconds since it last gave a sign of life, by the server's clock; `None` where that can't be told. */
  silent_seconds: number | null;
  /** It has been silent for so long that its place may be taken. */
  may_be_replaced: boolean;
}

/** How a site is brought down from its server before it is built. */
export interface Pull {
  /** The folder it is brought down into; a relative one is below the site's folder. Without it, the site's folder. */
  into?: string;
}

/**
 * The publish folder as the server names it: absolute (`/var/www`), or from the folder one is in after login
 * (`public_html`); empty for that folder itself.
 */
export type RemoteDir = string;

/** A folder on a server. */
export interface RemoteFolder {
  /** Its path, as a site names it. */
  path: string;
  /** Files in it and below; `null` if it was not looked into. */
  files: number | null;
  /** Of them, files that have the name of one that would be published. */
  same_name: number;
  /** The folders in it. */
  folders: RemoteFolder[];
}

/**
 * A path below the publish folder: parts joined by `/`, Unicode in NFC, no empty part, no `.` or `..`, no control
 * characters. The root (the publish folder itself) is the empty path. Cheap to clone: a plan, its journal and the
 * transfer share one text.
 */
export type RemotePath = string;

/** How often, and after which pauses, what can pass is tried again. */
export interface Retry {
  /** Tries in all, at least 1. */
  attempts: number;
  /** The first pause in milliseconds; each further one is twice as long. */
  first_wait_ms: number;
  /** No pause is longer than this, in milliseconds. */
  longest_wait_ms: number;
}

/** One thing that a run says of itself; what only logs need is left out. */
export type RunEvent =
  | {
      event: 'state';
      /** The run; `null` until it has a name. */
      run: RunId | null;
      /** Its state now. */
      state: RunState;
    }
  | ({ event: 'planned' } & Planned)
  | ({ event: 'progress' } & Progress)
  | {
      event: 'finished';
      /** `live`, or `done` for a run that published nothing. */
      outcome: 'live' | 'done';
      /** The run. */
      run: RunId;
      /** Files that went online. */
      uploaded: number;
      /** Files that were brought down. */
      downloaded: number;
      /** Files that were taken off. */
      removed: number;
      /** Files that were online already. */
      unchanged: number;
      /** Files that could not be published. */
      failed: number;
      /** Bytes sent, those of repeated tries included. */
      bytes: number;
      /** Seconds from start to end. */
      seconds: number;
      /** Tries beyond the first, over all files. */
      retries: number;
      /** The most connections that were open at once. */
      connections: number;
      /** What was done in another way than usual, or left out, in plain words. */
      notes: string[];
      /** Where the password was found. */
      password_from?: StoreKind;
      /** What visitors were found to see, where the site has a web address and something went online. */
      proof?: Proof;
      /** What each of its steps did, in their order; the last one of a failed run may have been cut off. */
      steps?: StepStatistics[];
    }
  | {
      event: 'failed';
      /** The run, if it got so far as to have a name. */
      run: RunId | null;
      /** The kind. */
      code: Code;
      /** How far the run had got. */
      stage?: RunState;
      /** How the site stands. */
      site: SiteState;
      /** The file or folder it is about, or the first of several. */
      path: string | null;
      /** How many it is about, where there are several. */
      count?: number;
      /** The server's own words. */
      server_reply: string | null;
      /** The certificate that a person must decide about. */
      certificate?: Certificate;
      /** Who publishes the site, where another computer does. */
      publisher?: Publisher;
      /** What the error said of itself and its causes; for the log and for experts, never shown as the message. */
      detail: string;
    };

/** A run's id: 128 random bits in hexadecimal. It names the staging folder, so it can't be guessed by visitors. */
export type RunId = string;

/** What a run is for. */
export type RunKind = 'publish' | 'undo' | 'pull' | 'pipeline';

/** A run that goes on, as far as it is known. */
export interface RunNow {
  /** The run; `null` until it has a name. */
  run: RunId | null;
  /** Its state now. */
  state: RunState;
  /** What it will do, once it knows. */
  planned: Planned | null;
  /** How far its present state has got. */
  progress: Progress | null;
}

/** A run as it is remembered. */
export interface RunRecord {
  /** The run. */
  run: RunId;
  /** What it was for. */
  kind: RunKind;
  /** The last state that was recorded. */
  state: RunState;
  /** When it began, in milliseconds since 1970. */
  started_ms: number;
  /** When it ended, in milliseconds since 1970; for an interrupted run, when that was found out. */
  ended_ms: number | null;
  /** What it did; `null` until it ended by itself. */
  outcome: Outcome | null;
  /** Why it failed. */
  failure: Failure | null;
  /** Whether what it brought online is kept, so that it can be put back. */
  version: boolean;
}

/** Where a run is. The order is the order of the way through. */
export type RunState =
  | 'queued'
  | 'pulling'
  | 'building'
  | 'scanning'
  | 'planning'
  | 'uploading'
  | 'going_live'
  | 'tidying_up'
  | 'checking'
  | 'live'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'interrupted';

/** The folders of a server. */
export interface ServerFolders {
  /** The folder that a login lands in. */
  root: RemoteFolder;
  /** The folder that visitors most likely see. */
  likely: string;
  /** Their address, guessed. */
  web_url: string | null;
}

/** What a person chose for the app. */
export interface Settings {
  /** How the window looks. */
  theme: Theme;
  /** Which language it speaks. */
  language: Language;
  /** Connections at once, for sites that are added from now on. */
  connections: number;
  /** Bytes a second, for sites that are added from now on; `null` for as fast as it goes. */
  limit: number | null;
}

/** A SHA-256 digest (FIPS 180-4): of a file's content, or of a certificate in DER form. */
export type Sha256 = string;

/** A folder on this computer, and where on a server it is published. Holds no secret. */
export interface Site {
  /** What it is called. */
  name: SiteName;
  /** The folder on this computer. */
  folder: string;
  /** The server's host name or address. */
  host: string;
  /** The server's port; the protocol's own unless set. */
  port?: number;
  /** The user name at the server. */
  user: string;
  /** How one speaks to the server. */
  protocol: Protocol;
  /** The publish folder on the server. */
  remote_dir: RemoteDir;
  /** Where visitors see it. */
  web_url?: string;
  /** Connections at once, 1 to `MOST_CONNECTIONS`. */
  connections: number;
  /** Bytes a second over all connections. */
  limit?: number;
  /** How changed files are found. */
  compare?: Compare;
  /** What is left out, as in `.gitignore`; `!pattern` takes something back in. */
  exclude?: string[];
  /** The certificate that is trusted although the system does not know it: SHA-256 of its DER form. */
  trusted_certificate?: Sha256;
  /** How often what can pass is tried again. */
  retry?: Retry;
  /** The longest wait for an answer of the server, in seconds. */
  timeout_seconds?: number;
  /**
   * The only place that its credentials are looked up in. Without it: environment variables, then the place that was
   * chosen for all sites.
   */
  credentials?: StoreKind;
  /** The folders that are published, where it is not `folder` itself. */
  sources?: Source[];
  /** How it is brought down before it is built; without it that step is not one of its steps. */
  pull?: Pull;
  /** How it is made before it is published; without it that step is not one of its steps. */
  build?: Build;
  /** What a purge leaves on the server, as in `.gitignore`, beyond `ALWAYS_KEPT`. */
  keep?: string[];
  /** How much of what was published is kept on this computer. */
  versions?: KeptVersions;
}

/** A site's name: what the command and the app call it. */
export type SiteName = string;

/** How the site stands for visitors after a failure. */
export type SiteState = 'untouched' | 'nothing_online' | 'partly_switched' | 'live' | 'unknown';

/** A site with how it stands. */
export interface SiteView {
  /** Its settings. */
  site: Site;
  /** What is online of it; `null` if nothing is. */
  online: Online | null;
  /** Changes that waited when the folder was last looked at; `null` if that is not known. */
  waiting: number | null;
  /** The run that goes on. */
  running: RunNow | null;
  /** The last run that ended. */
  last: LastRun | null;
}

/** A folder that is published, where a site has several. */
export interface Source {
  /** The folder on this computer; a relative one is below the site's folder. */
  folder: string;
  /** The folder below the publish folder that its content goes to; without it, straight into the publish folder. */
  as?: RemotePath;
}

/** What a step of a run did. */
export interface StepStatistics {
  /** Which. */
  step: PipelineStep;
  /** Files that were brought down, or went online; for a build, commands that were run. */
  files: number;
  /** Bytes that went over the line, those of repeated tries included. */
  bytes: number;
  /** Files that were there already, or were left as they were. */
  skipped: number;
  /** Files, or commands, that failed. */
  failed: number;
  /** Tries beyond the first, over all files. */
  retries: number;
  /** The most connections that were open at once. */
  connections: number;
  /** Seconds from its start to its end. */
  seconds: number;
}

/** A kind of place where credentials are found. */
export type StoreKind = 'keychain' | 'file' | 'env';

/** How the window looks. */
export type Theme = 'system' | 'light' | 'dark';

/** How much there is. */
export interface Totals {
  /** Files. */
  files: number;
  /** Their bytes. */
  bytes: number;
}

/** Why nothing could be fetched. */
export type Unreached = 'host_not_found' | 'refused' | 'timed_out' | 'certificate' | 'locked' | 'redirected' | 'failed';
