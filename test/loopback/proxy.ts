import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

/** For the names that tests give to services; nothing but tests trusts it. */
export const certificateFile = fileURLToPath(new URL('tls/certificate.pem', import.meta.url));
const keyFile = fileURLToPath(new URL('tls/key.pem', import.meta.url));

export interface ProxyOptions {
  /** Where every tunnel ends, whatever host was asked for: a port on 127.0.0.1. */
  target: number;
  /** What CONNECT is answered with. @default 200 */
  status?: number;
  /** `user:password` that must be given. */
  credentials?: string;
}

/** A proxy as companies have them: it opens tunnels, and knows hosts that nobody else does. */
export interface ForwardProxy extends AsyncDisposable {
  readonly port: number;
  /** `host:port` of each tunnel that was asked for. */
  readonly tunnels: readonly string[];
  /** Requests of another kind, of which there should be none. */
  readonly others: readonly string[];
}

export async function startProxy({ target, status = 200, credentials }: ProxyOptions): Promise<ForwardProxy> {
  const tunnels: string[] = [];
  const others: string[] = [];
  const server = createServer((request, response) => {
    others.push(`${request.method} ${request.url}`);
    response.writeHead(400).end();
  });
  server.on('connect', ({ url = '', headers }, socket: Socket) => {
    tunnels.push(url);
    const wanted = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
    const answer = headers['proxy-authorization'] === wanted ? status : 407;
    socket.write(`HTTP/1.1 ${answer} Whatever\r\n\r\n`);
    if (answer === 200) join(socket, target);
    else socket.end();
  });
  return { ...(await listen(server)), tunnels, others };
}

/** TLS in front of a plain server on 127.0.0.1. */
export async function startTls(target: number): Promise<AsyncDisposable & { port: number }> {
  const files = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  return listen(createTlsServer(files, (socket) => join(socket, target)));
}

function join(socket: Socket, target: number): void {
  const inner = connect(target, '127.0.0.1');
  for (const [end, other] of [
    [socket, inner],
    [inner, socket],
  ] as const) {
    end.on('error', () => other.destroy());
    end.pipe(other);
  }
}

async function listen(server: Server): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
