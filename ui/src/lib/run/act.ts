/** What the buttons of a failure do. */
import type { App } from '../app.svelte';
import type { SiteChange } from '../backend/backend';
import type { Failure, PublishOptions, SiteView } from '../backend/types';
import { m } from '../../paraglide/messages.js';
import { patternOf } from '../plan/pattern';
import type { Asks } from '../plan/plans.svelte';
import { forHost } from '../words/failure';
import { FORM_OF, type Action } from './remedies';

/** Whether the failure came from a publish, or from looking at what one would do. */
export type During = 'run' | Asks;

/** A failure with all that its buttons need. */
export interface Case {
  view: SiteView;
  failure: Failure;
  during: During;
  /** The files it is about, as far as they are known. */
  names: readonly string[];
}

/** The buttons that make sense for this very failure. */
export function applies(action: Action, { failure, during, names }: Case): boolean {
  if (action === 'trust' || action === 'trust_new') return failure.certificate !== undefined;
  if (action === 'take_over') return failure.publisher?.may_be_replaced === true && during === 'run';
  if (action === 'leave_out') return names.length > 0 && names.length >= (failure.count ?? 1);
  if (action === 'history' || action === 'log') return during === 'run';
  return true;
}

export function label(action: Action, { names }: Case): string {
  return action === 'leave_out' ? m.action_leave_out({ n: names.length }) : m[`action_${action}`]();
}

/** Publishes again, or looks again when that is what failed. */
export async function retry(app: App, { view, during }: Pick<Case, 'view' | 'during'>): Promise<void> {
  const name = view.site.name;
  if (during === 'run') await app.again(name);
  else await app.plans.look(name, during);
}

export async function act(app: App, action: Exclude<Action, keyof typeof FORM_OF>, about: Case): Promise<void> {
  const { backend } = app;
  const { view, failure, during, names } = about;
  const { site } = view;
  /** A look that failed was at the folder; a run may have been one that puts a version back. */
  const go = (options: PublishOptions = {}) => (during === 'run' ? app.again(site.name, options) : app.publish(site.name, options));
  const change = async (changed: SiteChange) => app.sites.put(await backend.changeSite(site.name, changed));
  switch (action) {
    case 'again':
    case 'again_now':
    case 'unlock':
      return retry(app, about);
    case 'publish':
    case 'carry_on':
      return go();
    case 'gently':
      return go({ connections: 1 });
    case 'take_over':
      return go({ take_over: true });
    case 'leave_out':
      return go({ leave_out: names.map(patternOf) });
    case 'look_again':
      return app.lookAgain(site.name, 'folder');
    case 'answer':
      return app.answer(site.name, failure.code === 'conflict' ? 'server' : 'folder');
    case 'trust':
    case 'trust_new':
      if (failure.certificate) await backend.trustCertificate(site.name, failure.certificate.sha256);
      return retry(app, about);
    case 'without_security':
      await change({ protocol: 'ftp' });
      return retry(app, about);
    case 'allow_build':
      return (await backend.allowBuild(site.name)) ? retry(app, about) : undefined;
    case 'locate': {
      const folder = await backend.chooseFolder();
      if (folder === null) return;
      await change({ folder });
      return app.lookAgain(site.name, 'folder');
    }
    case 'open_folder':
      return backend.openFolder(site.name);
    case 'change_address':
      return app.open(site.name, 'settings', 'host');
    case 'other_folder':
      return app.open(site.name, 'settings', 'remote_dir');
    case 'change_build':
      return app.open(site.name, 'settings', 'build');
    case 'site_settings':
      return app.open(site.name, 'settings');
    case 'history':
    case 'log':
      return app.open(site.name, 'history');
    case 'stop':
    case 'show_changes':
      app.ends.dismiss(site.name);
      return during === 'run' ? undefined : app.plans.look(site.name);
    case 'copy':
      return backend.copyText(forHost(failure, site));
  }
}
