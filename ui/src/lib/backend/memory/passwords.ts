/** Made-up places for passwords: `?stores=none` has no keychain, `file` and `env` are in use already. */
import type { Code, PasswordStore, StoreKind } from '../types';
import { failure } from './data';

export class Passwords {
  /** What keeping a password in the keychain ends with, unless it goes well. */
  #refused: Code | null;
  #phrase: string | null = null;
  #chosen: StoreKind;
  #open = false;

  constructor(query: URLSearchParams, codes: readonly Code[]) {
    const stores = query.get('stores');
    this.#refused = codes.find((code) => code === query.get('keep')) ?? (stores === 'none' ? 'keychain_unavailable' : null);
    this.#chosen = stores === 'file' || stores === 'env' ? stores : 'keychain';
    if (stores === 'file') this.#phrase = 'three blue boats';
  }

  list(): PasswordStore[] {
    const store = (kind: StoreKind, description: string, available: boolean, writable = true): PasswordStore => ({
      kind,
      description,
      available,
      chosen: kind === this.#chosen,
      writable,
    });
    return [
      store('keychain', 'Secret Service', this.#refused !== 'keychain_unavailable'),
      { ...store('file', '/home/anna/.local/share/slipway/credentials', true), ...this.#needs() },
      store('env', 'SLIPWAY_<SITE>_FTP_PASSWORD', true, false),
    ];
  }

  use(kind: StoreKind, phrase: string | null): void {
    if (kind === 'keychain' && this.#refused) throw failure(this.#refused);
    if (kind === 'file') {
      if (this.#phrase !== null && !this.#open && this.#phrase !== phrase) throw failure('credentials_key_wrong');
      this.#phrase ??= phrase;
      this.#open = true;
    } else if (this.#chosen === 'file' && kind === 'keychain' && !this.#open) {
      throw failure('credentials_key_missing');
    }
    this.#chosen = kind;
  }

  #needs(): { passphrase?: 'open' | 'create' } {
    if (this.#phrase === null) return { passphrase: 'create' };
    return this.#open ? {} : { passphrase: 'open' };
  }

  unlock(phrase: string): void {
    if (this.#phrase !== null && phrase !== this.#phrase) throw failure('credentials_key_wrong');
    this.#open = true;
    if (this.#refused?.startsWith('credentials_')) this.#refused = null;
  }

  /** Keeps a password, if that can be done. */
  keep(): void {
    if (this.#chosen === 'keychain' && this.#refused) throw failure(this.#refused);
  }
}
