/** What the buttons of a failure do. */
import type { App } from '../app.svelte';
import type { SiteChange, SiteView } from '../backend/backend';
import type { Failure } from '../backend/types';
import { m } from '../../paraglide/messages.js';
import { patternOf } from '../plan/pattern';
import { forHost } from '../words/failure';
import type { Action } from './remedies';

/** Whether the failure came from a publish, or from looking at what one would do. */
export type During = 'run' | 'look';

/** The buttons that make no sense for this very failure. */
export function applies(action: Action, failure: Failure): boolean {
  if (action === 'trust' || action === 'trust_new') return failure.certificate !== undefined;
  if (action === 'leave_out') return failure.path !== null && (failure.count ?? 1) === 1;
  return true;
}

export function label(action: Action): string {
  return m[`action_${action}`]();
}

/** Publishes again, or looks again when that is what failed. */
export async function retry(app: App, view: SiteView, during: During): Promise<void> {
  const name = view.site.name;
  if (during === 'look') await app.plans.look(name);
  else await app.publish(name);
}

export async function act(app: App, action: Action, view: SiteView, failure: Failure, during: During): Promise<void> {
  const { backend } = app;
  const { site } = view;
  const change = async (changed: SiteChange) => app.sites.put(await backend.changeSite(site.name, changed));
  switch (action) {
    case 'again':
    case 'unlock':
      return retry(app, view, during);
    case 'carry_on':
      return app.publish(site.name);
    case 'gently':
      return app.publish(site.name, { connections: 1 });
    case 'leave_out':
      return app.publish(site.name, { leave_out: failure.path === null ? [] : [patternOf(failure.path)] });
    case 'look_again':
      return lookAgain(app, site.name);
    case 'answer':
      await lookAgain(app, site.name);
      return app.publish(site.name);
    case 'trust':
    case 'trust_new':
      if (failure.certificate) await backend.trustCertificate(site.name, failure.certificate);
      return retry(app, view, during);
    case 'without_security':
      await change({ protocol: 'ftp' });
      return retry(app, view, during);
    case 'allow_build':
      await backend.allowBuild(site.name);
      return retry(app, view, during);
    case 'locate': {
      const folder = await backend.chooseFolder();
      if (folder === null) return;
      await change({ folder });
      return lookAgain(app, site.name);
    }
    case 'open_folder':
      return backend.openFolder(site.name);
    case 'change_address':
      return app.open(site.name, 'settings', 'host');
    case 'other_folder':
      return app.open(site.name, 'settings', 'remote_dir');
    case 'site_settings':
      return app.open(site.name, 'settings');
    case 'history':
      return app.open(site.name, 'history');
    case 'stop':
    case 'show_changes':
      app.ends.dismiss(site.name);
      return during === 'look' ? app.plans.look(site.name) : undefined;
    case 'copy':
      return backend.copyText(forHost(failure, site));
  }
}

async function lookAgain(app: App, name: string): Promise<void> {
  app.ends.dismiss(name);
  await app.plans.look(name);
}
