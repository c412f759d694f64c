/** For each code, what a person can do about it: the buttons of a failure, the best way first. */
import type { Code } from '../backend/types';

export type Action =
  | 'again'
  | 'again_now'
  | 'publish'
  | 'carry_on'
  | 'gently'
  | 'take_over'
  | 'look_again'
  | 'unlock'
  | 'type_once'
  | 'use_file'
  | 'trust'
  | 'trust_new'
  | 'without_security'
  | 'answer'
  | 'allow_build'
  | 'leave_out'
  | 'locate'
  | 'open_folder'
  | 'change_address'
  | 'other_folder'
  | 'site_settings'
  | 'change_build'
  | 'history'
  | 'log'
  | 'stop'
  | 'show_changes'
  | 'copy';

/** A form that stands before the buttons; its own button is the filled one. */
export type Form = 'sign_in' | 'sign_in_once' | 'passphrase' | 'new_file';

/** The buttons that open a form. */
export const FORM_OF = { type_once: 'sign_in_once', use_file: 'new_file' } as const satisfies Partial<Record<Action, Form>>;

/** The buttons that publish or look, and decide nothing: what the shortcut for publishing may press. */
export const GOES_ON: readonly Action[] = ['again', 'again_now', 'publish', 'carry_on', 'look_again', 'answer'];

/** Where what is published has not been made yet, and a publish makes it. */
export const UNMADE: Remedy = { actions: ['publish', 'look_again'] };

/** While there is no internet. */
export const OFFLINE: Remedy = { actions: ['again_now'] };

export interface Remedy {
  form?: Form;
  actions: readonly Action[];
}

/** Where a certificate was declared invalid. */
export const REVOKED: Remedy = { actions: ['stop', 'trust', 'copy'] };

export const REMEDIES: Record<Code, Remedy> = {
  host_not_found: { actions: ['change_address', 'again'] },
  connection_refused: { actions: ['again', 'change_address', 'copy'] },
  connection_timed_out: { actions: ['again', 'copy'] },
  connection_lost: { actions: ['carry_on', 'gently', 'copy'] },
  secure_not_offered: { actions: ['change_address', 'without_security', 'copy'] },
  secure_failed: { actions: ['again', 'change_address', 'copy'] },
  certificate_unknown: { actions: ['trust', 'stop', 'copy'] },
  certificate_changed: { actions: ['stop', 'trust_new', 'copy'] },
  login_rejected: { form: 'sign_in', actions: ['copy'] },
  too_many_connections: { actions: ['again', 'copy'] },
  folder_not_found: { actions: ['other_folder', 'again', 'copy'] },
  permission_denied: { actions: ['other_folder', 'again', 'copy'] },
  hosting_full: { actions: ['carry_on', 'copy'] },
  name_not_allowed: { actions: ['again', 'leave_out', 'open_folder'] },
  local_folder_missing: { actions: ['locate', 'look_again'] },
  local_folder_empty: { actions: ['look_again', 'locate'] },
  local_file_unreadable: { actions: ['again', 'leave_out', 'open_folder'] },
  local_file_unwritable: { actions: ['again', 'open_folder'] },
  local_file_changing: { actions: ['again', 'leave_out'] },
  password_missing: { form: 'sign_in', actions: [] },
  keychain_locked: { actions: ['unlock', 'type_once'] },
  keychain_unavailable: { actions: ['use_file', 'type_once'] },
  credentials_key_missing: { form: 'passphrase', actions: ['type_once'] },
  credentials_key_wrong: { form: 'passphrase', actions: ['type_once'] },
  credentials_damaged: { form: 'sign_in_once', actions: [] },
  credentials_read_only: { form: 'sign_in_once', actions: [] },
  credentials_ambiguous: { form: 'sign_in_once', actions: [] },
  conflict: { actions: ['answer', 'stop'] },
  many_removals: { actions: ['answer', 'stop'] },
  confirmation_needed: { actions: ['show_changes'] },
  build_not_allowed: { actions: ['stop', 'allow_build'] },
  build_failed: { actions: ['again', 'change_build', 'log'] },
  sources_clash: { actions: ['open_folder', 'again'] },
  import_failed: { actions: ['show_changes', 'copy'] },
  version_missing: { actions: ['history', 'show_changes'] },
  version_damaged: { actions: ['history', 'show_changes'] },
  another_publish_running: { actions: ['again', 'take_over'] },
  this_computer_full: { actions: ['again'] },
  server_misbehaves: { actions: ['again', 'gently', 'copy'] },
  unsupported_by_server: { actions: ['again', 'copy'] },
  cancelled: { actions: ['carry_on', 'show_changes'] },
  configuration_invalid: { actions: ['site_settings', 'again'] },
  site_not_found: { actions: ['look_again'] },
  site_exists: { actions: ['site_settings'] },
  run_not_found: { actions: ['history'] },
  data_unusable: { actions: ['again', 'copy'] },
  unexpected: { actions: ['again', 'copy'] },
};
