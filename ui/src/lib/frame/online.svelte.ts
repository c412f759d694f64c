/** Whether this computer is connected to the internet, as far as the system knows. */
import type { Code, Failure, Site } from '../backend/types';

/** Failures that are no more than the missing internet, while it is missing. */
const FOR_WANT_OF_IT: readonly Code[] = ['host_not_found', 'connection_timed_out', 'connection_lost'];

const NEAR = /^(localhost|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|\[?::1|\[?f[cd]|\[?fe80:|[^.:]+$|.+\.(local|lan|home\.arpa)$)/i;

/** Servers in the house are reached without the internet. */
const isFar = (site: Site): boolean => !NEAR.test(site.host);

export class Online {
  #up = $state(navigator.onLine);

  /** Calls back once the internet is there again. */
  constructor(back: () => void) {
    window.addEventListener('offline', () => (this.#up = false));
    window.addEventListener('online', () => {
      this.#up = true;
      back();
    });
  }

  /** Whether a site can't be reached for want of the internet. */
  missing(site: Site): boolean {
    return !this.#up && isFar(site);
  }

  /** Whether a failure says no more than that. */
  explains(site: Site, failure: Failure | null | undefined): boolean {
    return !this.#up && couldExplain(site, failure);
  }
}

/** Whether a failure would be explained by a missing internet. */
export function couldExplain(site: Site, failure: Failure | null | undefined): boolean {
  return failure !== null && failure !== undefined && FOR_WANT_OF_IT.includes(failure.code) && isFar(site);
}
