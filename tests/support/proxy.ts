import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line to a server that can be interrupted: what comes back still arrives, what is sent does not. */
export interface Proxy {
  address: string;
  /** From now on nothing that is sent reaches the server; it stays on the way until `release`. */
  hold(): void;
  release(): void;
  stop(): Promise<void>;
}

/** Listens on a port of its own and passes everything to `target` (`host:port`) and back. */
export async function startProxy(target: string): Promise<Proxy> {
  const [host = '127.0.0.1', port = '0'] = target.split(':');
  const sockets = new Set<Socket>();
  const senders = new Set<Socket>();
  let held = false;
  const server = createServer((sender) => {
    const receiver = connect(Number(port), host);
    for (const socket of [sender, receiver]) {
      sockets.add(socket.setNoDelay());
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        senders.delete(socket);
        sender.destroy();
        receiver.destroy();
      });
    }
    senders.add(sender);
    if (held) sender.pause();
    // Not `pipe`, which would resume a paused sender by itself.
    sender.on('data', (data) => receiver.write(data));
    if (held) sender.pause();
    receiver.on('data', (data) => sender.write(data));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold() {
      held = true;
      senders.forEach((sender) => sender.pause());
    },
    release() {
      held = false;
      senders.forEach((sender) => sender.resume());
    },
    stop: () =>
      new Promise((resolve) => {
        sockets.forEach((socket) => socket.destroy());
        server.close(() => resolve());
      }),
  };
}
