/** How one speaks to a server, as it is typed. */
import type { Account, Protocol } from '../backend/types';

const MOST_PORT = 65_535;
const MOST_CONNECTIONS = 16;

const isWhole = (text: string, most: number) => Number.isInteger(Number(text)) && Number(text) >= 1 && Number(text) <= most;

export class Connection {
  protocol = $state<Protocol>('ftps');
  /** Nothing for the usual one. */
  port = $state('');
  /** How many at once. */
  connections = $state('');

  constructor(given: { protocol?: Protocol; port?: number; connections: number }) {
    this.protocol = given.protocol ?? 'ftps';
    this.port = given.port?.toString() ?? '';
    this.connections = String(given.connections);
  }

  get portWrong(): boolean {
    return this.port.trim() !== '' && !isWhole(this.port, MOST_PORT);
  }

  get connectionsWrong(): boolean {
    return !isWhole(this.connections, MOST_CONNECTIONS);
  }

  get wrong(): boolean {
    return this.portWrong || this.connectionsWrong;
  }

  /** As the host takes it. */
  get asked(): Pick<Account, 'protocol' | 'port' | 'connections'> {
    const { protocol, port, connections } = this;
    return { protocol, port: port.trim() ? Number(port) : null, connections: Number(connections) };
  }
}
