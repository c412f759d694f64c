/** A website on its way to be added: all that was chosen, so that Back loses nothing. Keeps nothing on disk. */
import type { Backend } from '../backend/backend';
import { asFailure } from '../backend/backend';
import type { Account, Check, Failure, FolderReport, RemoteFolder, ServerFolders, Settings, Site } from '../backend/types';
import { Connection } from '../parts/connection.svelte';
import { webAddress } from '../words/address';
import { baseName } from '../words/format';

export const STEPS = ['folder', 'hosting', 'connect', 'place'] as const;
export type Step = (typeof STEPS)[number];

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
  readonly connection: Connection;
  trusted = $state<string | null>(null);
  /** The fields that a pasted text filled. */
  pasted = $state<'none' | 'found' | 'nothing'>('none');
  /** What the pasted text said besides. */
  #readDir: string | null = null;

  passed = $state<Check[]>([]);
  checked = $state(false);
  /** Why the folder can't be used. */
  folderFailure = $state.raw<Failure | null>(null);
  /** Why the account can't be used. */
  failure = $state.raw<Failure | null>(null);
  /** Why the website could not be added as chosen. */
  refused = $state.raw<Failure | null>(null);

  server = $state.raw<ServerFolders | null>(null);
  place = $state('');
  /** The place was typed, and need not be among the folders that were looked at. */
  placeTyped = $state(false);
  webUrl = $state('');
  name = $state('');
  /** What was found, as long as nobody typed something else. */
  #foundUrl = '';
  #foundName = '';
  /** The server and the user that were tried last. */
  #tried: { server: string; user: string } | null = null;
  /** What is under way at the server; what comes later than another turn is not heard. */
  #turn = 0;
  #look = 0;

  constructor(
    private readonly backend: Backend,
    private readonly taken: () => string[],
    private readonly defaults: Pick<Settings, 'connections' | 'limit'>,
  ) {
    this.connection = new Connection(defaults);
  }

  /** Shows a step; what the one before still waits for changes nothing any more. */
  goTo(step: Step): void {
    this.#turn++;
    this.step = step;
  }

  /** Looks at a folder. A later look overtakes an earlier one. */
  async look(folder: string): Promise<void> {
    const look = ++this.#look;
    this.looking = true;
    const found = await this.backend.lookAtFolder(folder).then(
      (report) => ({ report, failure: null }),
      (thrown: unknown) => ({ report: null, failure: asFailure(thrown) }),
    );
    if (look !== this.#look) return;
    this.looking = false;
    this.folderFailure = found.failure;
    // A folder that can't be used does not take the place of one that can.
    if (!found.report) return;
    if (found.report.folder !== this.report?.folder) this.useOutput = this.buildFirst = true;
    this.report = found.report;
    if (this.name !== this.#foundName) return;
    this.name = this.#foundName = this.#freeName(baseName(folder));
  }

  /** Fills the fields from what was pasted; the text itself is not kept. */
  async paste(text: string): Promise<void> {
    const found = await this.backend.readText(text);
    this.#forgetServer();
    // Another server has nothing of the one before; what was typed beside a whole address is of that one.
    if (found.host && !this.isWhole) this.#forgetAccount();
    this.host = found.host ?? this.host;
    this.user = found.user ?? this.user;
    this.password = found.password ?? this.password;
    // Mails say FTP where the server offers more. What is not secure is tried only once a person has agreed to it.
    if (found.protocol) this.connection.protocol = found.protocol === 'ftp' ? 'ftps' : found.protocol;
    this.connection.port = found.port?.toString() ?? this.connection.port;
    if (found.web_url) this.webUrl = this.#foundUrl = found.web_url;
    this.#readDir = found.remote_dir;
    this.pasted = found.host || found.user || found.password ? 'found' : 'nothing';
  }

  /** Whether a whole address, such as `ftp://user@host/folder`, stands where the server's name goes. */
  get isWhole(): boolean {
    return this.host.includes('://');
  }

  /** Takes a whole address apart, as if it had been pasted. */
  async takeApart(): Promise<void> {
    const { pasted } = this;
    if (!this.isWhole) return;
    await this.paste(this.host);
    this.pasted = pasted;
  }

  clear(): void {
    this.#forgetServer();
    this.#forgetAccount();
    this.pasted = 'none';
  }

  #forgetAccount(): void {
    this.host = '';
    this.user = '';
    this.password = '';
    this.connection.port = '';
    this.connection.protocol = 'ftps';
  }

  /** What was learned of a server does not hold for another one. */
  #forgetServer(): void {
    this.#tried = null;
    this.trusted = null;
    this.#readDir = null;
    this.#forgetFolders();
  }

  #forgetFolders(): void {
    this.server = null;
    this.placeTyped = false;
    if (this.webUrl === this.#foundUrl) this.webUrl = '';
    this.#foundUrl = '';
  }

  /** Remembers which account is tried, and forgets what another one was like. */
  #compareTried(): void {
    const { host, port, protocol, user } = this.account;
    const server = `${host.toLowerCase()}:${port ?? (protocol === 'ftps-implicit' ? 990 : 21)}`;
    const before = this.#tried;
    if (before && before.server !== server) this.#forgetServer();
    else if (before && before.user !== user) this.#forgetFolders();
    this.#tried = { server, user };
  }

  get account(): Account {
    return {
      host: this.host.trim(),
      user: this.user.trim(),
      password: this.password,
      ...this.connection.asked,
      trusted_certificate: this.trusted,
    };
  }

  /** Tries the account; then looks at the folders there. A later try overtakes an earlier one. */
  async check(): Promise<void> {
    const turn = ++this.#turn;
    this.#compareTried();
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
      if (turn === this.#turn) this.goTo('place');
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
    if (!before || (this.chosen === null && !this.placeTyped)) this.place = this.#told(server.root) ?? server.likely;
    if (!this.webUrl) this.webUrl = this.#foundUrl = server.web_url ?? '';
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

  /** Whether the program that makes the website has never been run. */
  get unmade(): boolean {
    return this.report?.generator?.output_files === 0;
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
    return this.webUrl.trim() !== '' && webAddress(this.webUrl) === null;
  }

  get site(): Site {
    const { report, account } = this;
    const url = webAddress(this.webUrl);
    const generator = this.useOutput ? report?.generator : null;
    const builds = this.buildFirst || this.unmade;
    return {
      name: this.name.trim(),
      folder: report?.folder ?? '',
      host: account.host,
      user: account.user,
      protocol: account.protocol,
      remote_dir: this.place.trim(),
      connections: account.connections,
      exclude: [],
      ...(this.defaults.limit ? { limit: this.defaults.limit } : {}),
      ...(account.port ? { port: account.port } : {}),
      ...(url ? { web_url: url } : {}),
      ...(account.trusted_certificate ? { trusted_certificate: account.trusted_certificate } : {}),
      ...(generator && builds ? { build: { commands: [generator.command], output: generator.output } } : {}),
      ...(generator && !builds ? { sources: [{ folder: generator.output }] } : {}),
    };
  }

  /**
   * Adds the website, and asks whether the program that makes it may run; where it may not, the first publish says so.
   * A password that is not kept is remembered until Slipway is closed. Fails, and adds nothing, where no file may be
   * saved in the chosen folder.
   */
  async add(keep: boolean): Promise<void> {
    const { site, backend } = this;
    this.refused = null;
    await backend.addSite(site, keep ? this.password : '');
    try {
      if (!keep) await backend.setPassword(site.name, site.user, this.password, false);
      await backend.checkServer(site.name, () => undefined);
    } catch (thrown) {
      const failure = asFailure(thrown);
      // Another folder may be chosen here; all else is told, with its way on, once it is published.
      if (failure.code === 'permission_denied') {
        await backend.removeSite(site.name);
        throw failure;
      }
    }
    // Whatever comes of it: what may not run is told, with its way on, once it is published.
    if (site.build) await backend.allowBuild(site.name).catch(() => undefined);
  }

  #freeName(wanted: string): string {
    const taken = this.taken();
    const base = wanted.slice(0, 60);
    let name = base;
    for (let n = 2; taken.includes(name); n++) name = `${base} ${n}`;
    return name;
  }
}
