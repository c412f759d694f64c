/** A website on its way to be added: all that was chosen, so that Back loses nothing. Keeps nothing on disk. */
import type { Backend } from '../backend/backend';
import { asFailure } from '../backend/backend';
import type { Account, Check, Failure, FolderReport, Protocol, RemoteFolder, ServerFolders, Settings, Site } from '../backend/types';
import { baseName } from '../words/format';

export const STEPS = ['folder', 'hosting', 'connect', 'place'] as const;
export type Step = (typeof STEPS)[number];

const MOST_CONNECTIONS = 16;

export class Draft {
  step = $state<Step>('folder');

  report = $state.raw<FolderReport | null>(null);
  looking = $state(false);
  /** Publish what the generator makes, rather than its sources. */
  useOutput = $state(true);
  buildFirst = $state(true);

  host = $state('');
  user = $state('');
  password = $state('');
  protocol = $state<Protocol>('ftps');
  port = $state('');
  connections = $state('');
  trusted = $state<string | null>(null);
  /** The fields that a pasted text filled. */
  pasted = $state<'none' | 'found' | 'nothing'>('none');
  #readDir: string | null = null;

  passed = $state<Check[]>([]);
  checked = $state(false);
  /** Why the folder, or the account, can't be used. */
  failure = $state.raw<Failure | null>(null);
  /** Why the website could not be added as chosen. */
  refused = $state.raw<Failure | null>(null);

  server = $state.raw<ServerFolders | null>(null);
  place = $state('');
  webUrl = $state('');
  name = $state('');
  #turn = 0;

  constructor(
    private readonly backend: Backend,
    private readonly taken: () => string[],
    private readonly defaults: Pick<Settings, 'connections' | 'limit'>,
  ) {
    this.connections = String(defaults.connections);
  }

  async look(folder: string): Promise<void> {
    this.looking = true;
    try {
      this.report = await this.backend.lookAtFolder(folder);
      this.name = this.#freeName(baseName(folder));
      this.failure = null;
    } catch (thrown) {
      this.report = null;
      this.failure = asFailure(thrown);
    } finally {
      this.looking = false;
    }
  }

  /** Fills the fields from what was pasted; the text itself is not kept. */
  async paste(text: string): Promise<void> {
    const found = await this.backend.readText(text);
    this.host = found.host ?? this.host;
    this.user = found.user ?? this.user;
    this.password = found.password ?? this.password;
    this.protocol = found.protocol ?? this.protocol;
    this.port = found.port?.toString() ?? this.port;
    this.webUrl = found.web_url ?? this.webUrl;
    this.#readDir = found.remote_dir;
    this.server = null;
    this.pasted = found.host || found.user || found.password ? 'found' : 'nothing';
  }

  clear(): void {
    this.host = '';
    this.user = '';
    this.password = '';
    this.port = '';
    this.protocol = 'ftps';
    this.pasted = 'none';
  }

  get portWrong(): boolean {
    return this.port.trim() !== '' && !(Number.isInteger(Number(this.port)) && Number(this.port) > 0 && Number(this.port) < 65_536);
  }

  get connectionsWrong(): boolean {
    const n = Number(this.connections);
    return !(Number.isInteger(n) && n >= 1 && n <= MOST_CONNECTIONS);
  }

  get account(): Account {
    return {
      host: this.host.trim(),
      user: this.user.trim(),
      password: this.password,
      protocol: this.protocol,
      port: this.port.trim() ? Number(this.port) : null,
      connections: Number(this.connections),
      trusted_certificate: this.trusted,
    };
  }

  /** Tries the account; then looks at the folders there. A later try overtakes an earlier one. */
  async check(): Promise<void> {
    const turn = ++this.#turn;
    this.passed = [];
    this.checked = false;
    this.failure = null;
    try {
      await this.backend.checkAccount(this.account, (check) => {
        if (turn === this.#turn) this.passed.push(check);
      });
      await this.#survey(turn);
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asFailure(thrown);
    }
  }

  /** Goes on although nothing may be saved in the first folder of the account: it may be allowed further down. */
  async goDeeper(): Promise<void> {
    const turn = ++this.#turn;
    this.failure = null;
    try {
      await this.#survey(turn);
      if (turn === this.#turn) this.step = 'place';
    } catch (thrown) {
      if (turn === this.#turn) this.failure = asFailure(thrown);
    }
  }

  async #survey(turn: number): Promise<void> {
    const server = await this.backend.folders(this.account, this.published);
    if (turn !== this.#turn) return;
    const before = this.server;
    this.server = server;
    // What was chosen stays, as long as it is on the same server.
    if (!before || this.chosen === null) this.place = this.#told(server.root) ?? server.likely;
    if (!this.webUrl) this.webUrl = server.web_url ?? '';
    this.refused = null;
    this.checked = true;
  }

  /** The folder that the pasted text names, as the server calls it. */
  #told(root: RemoteFolder): string | null {
    const bare = (path: string) => path.replace(/^\/+|\/+$/g, '');
    const wanted = bare(this.#readDir ?? '');
    if (wanted === '') return null;
    const all = (folder: RemoteFolder): string[] => [folder.path, ...folder.folders.flatMap(all)];
    const paths = all(root);
    return paths.find((path) => bare(path) === wanted) ?? paths.find((path) => path.endsWith(`/${wanted}`)) ?? null;
  }

  /** The folder on this computer whose files go online. */
  get published(): string {
    const { report } = this;
    const made = this.useOutput && report?.generator?.output_files ? report.generator.output : null;
    return made ? `${report?.folder}/${made}` : (report?.folder ?? '');
  }

  /** What is in the chosen folder on the server. */
  get chosen(): RemoteFolder | null {
    const find = (folder: RemoteFolder): RemoteFolder | null => {
      if (folder.path === this.place) return folder;
      for (const below of folder.folders) {
        const found = find(below);
        if (found) return found;
      }
      return null;
    };
    return this.server ? find(this.server.root) : null;
  }

  get nameWrong(): 'empty' | 'taken' | null {
    const name = this.name.trim();
    if (!name || name.startsWith('-') || /[/\\]/.test(name) || name.length > 64) return 'empty';
    return this.taken().includes(name) ? 'taken' : null;
  }

  get webUrlWrong(): boolean {
    const url = this.webUrl.trim();
    return url !== '' && !/^(https?:\/\/)?[^\s/]+\.[^\s]+$/.test(url);
  }

  get site(): Site {
    const { report, account } = this;
    const url = this.webUrl.trim();
    const generator = this.useOutput ? report?.generator : null;
    return {
      name: this.name.trim(),
      folder: report?.folder ?? '',
      host: account.host,
      user: account.user,
      protocol: account.protocol,
      remote_dir: this.place,
      connections: account.connections,
      exclude: [],
      ...(this.defaults.limit ? { limit: this.defaults.limit } : {}),
      ...(account.port ? { port: account.port } : {}),
      ...(url ? { web_url: /^https?:\/\//.test(url) ? url : `https://${url}` } : {}),
      ...(account.trusted_certificate ? { trusted_certificate: account.trusted_certificate } : {}),
      ...(generator && this.buildFirst ? { build: { commands: [generator.command], output: generator.output } } : {}),
      ...(generator && !this.buildFirst ? { sources: [{ folder: generator.output }] } : {}),
    };
  }

  /**
   * Adds the website, and allows the program that makes it, since the person saw its name and agreed. A password
   * that is not kept is remembered until Slipway is closed. Says whether files may be saved in the chosen folder.
   */
  async add(keep: boolean): Promise<void> {
    const { site, backend } = this;
    this.refused = null;
    await backend.addSite(site, keep ? this.password : '');
    try {
      if (!keep) await backend.setPassword(site.name, site.user, this.password, false);
      if (site.build) await backend.allowBuild(site.name);
      await backend.checkServer(site.name, () => undefined);
    } catch (thrown) {
      const failure = asFailure(thrown);
      // Another folder may be chosen here; all else is told, with its way on, once it is published.
      if (failure.code !== 'permission_denied') return;
      await backend.removeSite(site.name);
      throw failure;
    }
  }

  #freeName(wanted: string): string {
    const taken = this.taken();
    const base = wanted.slice(0, 60);
    let name = base;
    for (let n = 2; taken.includes(name); n++) name = `${base} ${n}`;
    return name;
  }
}
