import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { ConnectionError, open } from "../../../providers/remote/ssh";

// Proves that whoever waits for a connection hears of its end, at whatever moment a node goes down. The server is a few bytes that a real one would send.

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0";

let server: Server;
// What ssh2 says of the end of a connection belongs to the test that made it.
const sockets: Socket[] = [];
afterEach(async () => {
  for (const s of sockets.splice(0)) s.destroy();
  server.close();
  await new Promise((r) => setTimeout(r, 300));
});

async function against(serve: (socket: Socket) => void): Promise<unknown> {
  server = createServer((s) => {
    s.on("error", () => undefined);
    sockets.push(s);
    serve(s);
  }).listen(0, "127.0.0.1");
  await new Promise((r) => server.once("listening", r));
  const { port } = server.address() as AddressInfo;
  return open({ host: "127.0.0.1", port, user: "root", hostKey, privateKey: key }, 3).catch((e: unknown) => e);
}

test.each<[string, (s: Socket) => void]>([
  ["hangs up at once", (s) => s.end()],
  ["hangs up after its greeting", (s) => s.write("SSH-2.0-OpenSSH_9.2p1\r\n", () => setTimeout(() => s.end(), 200))],
  [
    "breaks off after its greeting",
    (s) => s.write("SSH-2.0-OpenSSH_9.2p1\r\n", () => setTimeout(() => s.resetAndDestroy(), 200)),
  ],
  ["says nothing more after its greeting", (s) => void s.write("SSH-2.0-OpenSSH_9.2p1\r\n")],
  ["says nothing at all", () => undefined],
])(
  "a server that %s is an error that names the node",
  async (_name, serve) => {
    const e = await against(serve);
    expect(e).toBeInstanceOf(ConnectionError);
    expect((e as Error).message).toMatch(/^cannot reach root@127\.0\.0\.1:\d+: /);
  },
  10_000,
);
