/** What a failure says where it stands on the screen of its site. Pure. */
import type { Failure, SiteView } from '../backend/types';
import { tell, tellOffline, tellUnmade, unmade, type Told } from '../words/failure';
import type { During } from './act';

/** What else is known where it is told. */
export interface Around {
  during: During;
  /** It says no more than that there is no internet. */
  offline: boolean;
}

/** Whether a look found no more than that the website has not been made yet. */
export function isUnmade(failure: Failure, { site }: SiteView, during: During): boolean {
  return during !== 'run' && unmade(failure, site);
}

export function told(failure: Failure, view: SiteView, { during, offline }: Around): Told {
  if (offline) return tellOffline(view.waiting ?? 0);
  return isUnmade(failure, view, during) ? tellUnmade() : tell(failure, view.site);
}
