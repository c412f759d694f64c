/** What visitors were found to see, in words. */
import { m } from '../../paraglide/messages.js';
import type { Proof, Unreached } from '../backend/types';
import type { IconName } from '../parts/icons';
import type { Look } from '../sites/standing';

const REASONS: Record<Unreached, () => string> = {
  host_not_found: m.proof_host_not_found,
  refused: m.proof_refused,
  timed_out: m.proof_timed_out,
  certificate: m.proof_certificate,
  locked: m.proof_locked,
  redirected: m.proof_redirected,
  failed: m.proof_failed,
};

export function proofTitle({ finding }: Proof): string {
  return {
    live: m.proof_live,
    cached: m.proof_cached,
    other_folder: m.proof_other_folder,
    program: m.proof_program,
    unreachable: m.proof_unreachable,
  }[finding]();
}

/** What it comes from, and what to do. */
export function proofText({ finding, reason }: Proof): string | null {
  switch (finding) {
    case 'live':
      return null;
    case 'cached':
      return m.proof_cached_text();
    case 'other_folder':
      return m.proof_other_folder_text();
    case 'program':
      return m.proof_program_text();
    case 'unreachable':
      return REASONS[reason ?? 'failed']();
  }
}

/** Only what was seen to be live is green; nothing is a failure. */
export function proofLook({ finding }: Proof): { look: Look; icon: IconName } {
  if (finding === 'live') return { look: 'live', icon: 'live' };
  return finding === 'program' ? { look: 'idle', icon: 'idle' } : { look: 'needs', icon: 'needs' };
}

/** Whether the web address itself seems to be wrong. */
export function atWrongAddress({ reason }: Proof): boolean {
  return reason === 'host_not_found' || reason === 'redirected';
}

/** Whether visitors look somewhere else than where the files went. */
export function isElsewhere(proof: Proof): boolean {
  return proof.finding === 'other_folder' || atWrongAddress(proof);
}
