import type { AddressInfo } from "node:net";
import { Server } from "ssh2";
import type { Connection } from "ssh2";
import { createKeyPair } from "../../../../providers/ssh/keyPair";

/** What one server has seen. */
export interface Seen {
  passwords: string[];
  commands: string[];
  environment: Record<string, string>;
}

/** An SSH server of this process that takes one password and answers every command with its stdin and exit code 0. `during` is called while a command runs. */
export async function sshServer(
  password: string,
  during: () => void = () => undefined,
): Promise<{ port: number; hostKey: string; seen: Seen; stop(): void }> {
  const key = createKeyPair({ comment: "test" }).outs;
  const seen: Seen = { passwords: [], commands: [], environment: {} };
  const server = new Server({ hostKeys: [key.privateKey] }, (client: Connection) => {
    client.on("error", () => undefined);
    client.on("authentication", (ctx) => {
      if (ctx.method !== "password") return ctx.reject(["password"]);
      seen.passwords.push(ctx.password);
      return ctx.password === password ? ctx.accept() : ctx.reject();
    });
    client.on("session", (accept) => {
      accept()
        .on("env", (ok, _reject, info) => {
          seen.environment[info.key] = String((info as { val?: unknown }).val);
          // The client may not have asked for an answer.
          (ok as (() => void) | undefined)?.();
        })
        .on("exec", (ok, _reject, info) => {
          seen.commands.push(info.command);
          during();
          const channel = ok();
          channel.on("data", (chunk: Buffer) => channel.write(chunk));
          channel.on("end", () => {
            channel.exit(0);
            channel.end();
          });
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, hostKey: key.publicKey, seen, stop: () => void server.close() };
}
