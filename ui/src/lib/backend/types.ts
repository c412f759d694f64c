/**
 * What the host and the window say to each other: the engine's own types as JSON. Written by hand until they are
 * generated from Rust; nothing but data may be added here.
 */

/** The closed list of what can go wrong (core::Code). */
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
export type Code = (typeof CODES)[number];

/** How the site stands for visitors after a failure (core::SiteState). */
export type SiteState = 'untouched' | 'nothing_online' | 'partly_switched' | 'live' | 'unknown';

/** Why a certificate is not trusted (core::Distrust). */
export type Distrust = 'unknown_issuer' | 'wrong_name' | 'out_of_date' | 'revoked' | 'other';

/** What a person needs to know of a certificate to decide about it (core::Certificate). */
export interface Certificate {
  sha256: string;
  subject: string;
  issuer: string;
  names: string[];
  /** Seconds since 1970 (UTC). */
  not_before: number;
  not_after: number;
  distrust: Distrust;
}

/** A run or request that failed (core::Failure). */
export interface Failure {
  code: Code;
  stage?: RunState;
  site: SiteState;
  path: string | null;
  count?: number;
  server_reply: string | null;
  certificate?: Certificate;
  detail: string;
}

/** The states of a run, in their order (core::RunState). */
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

/** What a run did (core::Outcome). */
export interface Outcome {
  uploaded: number;
  downloaded: number;
  removed: number;
  unchanged: number;
  failed: number;
  bytes: number;
  seconds: number;
  retries: number;
  connections: number;
  notes: string[];
}

/** A file under way (core::FileProgress). */
export interface FileProgress {
  path: string;
  sent: number;
  size: number;
}

/** How far the run's present state has got (core::Progress). */
export interface Progress {
  files_done: number;
  files_total: number;
  bytes_done: number;
  bytes_total: number;
  bytes_per_second: number;
  seconds_left: number | null;
  connections: number;
  active: FileProgress[];
}

/** What a run is going to do, as it says once it knows. */
export interface Planned {
  new: number;
  changed: number;
  removed: number;
  unchanged: number;
  bytes: number;
  bytes_waiting: number;
}

/** One thing that a run says (core::Event); what only logs need is left out. */
export type RunEvent =
  | { event: 'state'; run: string; state: RunState }
  | ({ event: 'planned' } & Planned)
  | ({ event: 'progress' } & Progress)
  | ({ event: 'finished'; outcome: 'live' | 'done'; run: string } & Outcome)
  | ({ event: 'failed'; run: string | null } & Failure);

export type Protocol = 'ftps' | 'ftps-implicit' | 'ftp';
export type StoreKind = 'keychain' | 'file' | 'env';

/** A site's settings (core::Site), as far as the window shows them. */
export interface Site {
  name: string;
  folder: string;
  host: string;
  port?: number;
  user: string;
  protocol: Protocol;
  remote_dir: string;
  web_url?: string;
  connections: number;
  /** Bytes a second. */
  limit?: number;
  exclude: string[];
  trusted_certificate?: string;
  build?: { commands: string[]; output?: string };
}

/** A run as it is remembered (store::RunRecord). */
export interface RunRecord {
  run: string;
  kind: 'publish' | 'pull' | 'pipeline';
  state: RunState;
  started_ms: number;
  ended_ms: number | null;
  outcome: Outcome | null;
  failure: Failure | null;
}
