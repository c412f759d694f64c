/** What the person chose for the app. Saved at once; takes effect at once. */
import type { Backend } from '../backend/backend';
import type { Settings } from '../backend/types';
import { speak } from '../words/language.svelte';

export class SettingsState {
  current = $state<Settings>({ theme: 'system', language: 'system', connections: 8, limit: null });

  constructor(private readonly backend: Backend) {
    window.addEventListener('languagechange', () => this.apply());
  }

  async load(): Promise<void> {
    this.current = await this.backend.settings();
    this.apply();
  }

  async change(change: Partial<Settings>): Promise<void> {
    this.current = { ...this.current, ...change };
    this.apply();
    await this.backend.saveSettings($state.snapshot(this.current));
  }

  private apply(): void {
    speak(this.current.language);
    const root = document.documentElement;
    if (this.current.theme === 'system') root.removeAttribute('data-theme');
    else root.dataset['theme'] = this.current.theme;
  }
}
