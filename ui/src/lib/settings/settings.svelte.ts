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
    this.#take(await this.backend.settings());
  }

  /** What cannot be saved is as it was before. */
  async change(change: Partial<Settings>): Promise<void> {
    const before = $state.snapshot(this.current);
    this.#take({ ...before, ...change });
    try {
      await this.backend.saveSettings($state.snapshot(this.current));
    } catch (thrown) {
      const kept = Object.keys(change).map((key) => [key, before[key as keyof Settings]]);
      this.#take({ ...this.current, ...(Object.fromEntries(kept) as Partial<Settings>) });
      throw thrown;
    }
  }

  #take(settings: Settings): void {
    this.current = settings;
    this.apply();
  }

  private apply(): void {
    speak(this.current.language);
    const root = document.documentElement;
    if (this.current.theme === 'system') root.removeAttribute('data-theme');
    else root.dataset['theme'] = this.current.theme;
  }
}
