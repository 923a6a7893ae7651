import { Client } from "ssh2";
import type { Batch } from "./batch";
import type { Answer } from "./command";
import type { Connection } from "./connection";
import { algorithmsFor, fingerprint, keyBlob } from "./hostKey";

/** The node could not be reached, or the connection broke: what was running may or may not have finished. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
}

/** sshd gave no further session on this connection (its MaxSessions, 10 by default). Nothing was run: it may be tried again. */
export class SessionRefused extends Error {
  override name = "SessionRefused";
}

/** The node showed another host key than the one that is known. Nothing was sent to it. */
export class HostKeyError extends Error {
  override name = "HostKeyError";
}

const CONNECT_SECONDS = 20;
const KEEPALIVE = { keepaliveInterval: 5_000, keepaliveCountMax: 6 };

const address = (c: Connection): string => `${c.user}@${c.host}:${c.port}`;

/** Opens one SSH connection. @throws HostKeyError, ConnectionError */
export function open(c: Connection, connectSeconds = CONNECT_SECONDS): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    let wrongKey: HostKeyError | undefined;
    const hostVerifier = (seen: Buffer): boolean => {
      const expected = keyBlob(c.hostKey);
      if (seen.equals(expected)) return true;
      wrongKey = new HostKeyError(
        `${address(c)} shows host key ${fingerprint(seen)}, expected ${fingerprint(expected)}. Nothing was sent. ` +
          "If the machine was replaced on purpose, set its new host key in the stack configuration.",
      );
      return false;
    };
    client
      .once("ready", () => resolve(client))
      .once("error", (e) => reject(wrongKey ?? new ConnectionError(`cannot reach ${address(c)}: ${e.message}`)))
      .connect({
        host: c.host,
        port: c.port,
        username: c.user,
        privateKey: c.privateKey,
        hostVerifier,
        algorithms: { serverHostKey: algorithmsFor(c.hostKey) as never },
        readyTimeout: connectSeconds * 1000,
        ...KEEPALIVE,
      });
  });
}

/** Runs a batch over an open connection; `onEnded` hears how many commands have ended. @throws ConnectionError when the connection breaks before the batch has ended */
export function exec(
  client: Client,
  c: Connection,
  batch: Batch,
  onEnded?: (count: number) => void,
): Promise<{ answers: Answer[]; stderr: string }> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new ConnectionError(`${address(c)}: ${why}`));
    const timer = setTimeout(() => {
      fail(`no end after ${batch.timeoutSeconds} s`);
      client.destroy();
    }, batch.timeoutSeconds * 1000);
    const broken = (e?: Error): void => fail(`connection lost while commands were running${e ? `: ${e.message}` : ""}`);
    client.once("error", broken).once("close", broken);
    client.exec(batch.exec, (err, stream) => {
      if (err) {
        clearTimeout(timer);
        client.off("error", broken).off("close", broken);
        return reject(new SessionRefused(`${address(c)}: ${err.message}`));
      }
      let out = "";
      let errText = "";
      let ended = 0;
      stream.setEncoding("utf8").on("data", (d: string) => {
        out += d;
        const now = onEnded ? batch.ended(out) : 0;
        if (now > ended) onEnded?.((ended = now));
      });
      stream.stderr.setEncoding("utf8").on("data", (d: string) => (errText += d));
      stream.on("close", () => {
        clearTimeout(timer);
        client.off("error", broken).off("close", broken);
        resolve({ answers: batch.parse(out, errText), stderr: errText });
      });
      stream.end(batch.stdin);
    });
  });
}
