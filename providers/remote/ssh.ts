import { Client } from "ssh2";
import type { Execution } from "./batch";
import type { Connection } from "./connection";
import { algorithmsFor, fingerprint, keyBlob } from "./hostKey";

/** The node could not be reached, or the connection broke: what was running may or may not have finished. */
export class ConnectionError extends Error {
  override name = "ConnectionError";
}

/** The connection broke while commands were running. */
export class LostError extends ConnectionError {
  override name = "LostError";
}

/** All that an execution said. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
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
      // More than one may come: the time limit, and then the end of the connection. One that nobody hears ends the process.
      .on("error", (e) => reject(wrongKey ?? new ConnectionError(`cannot reach ${address(c)}: ${e.message}`)))
      // After the server's greeting, ssh2 calls the end of the connection no error, and takes its own time limit away.
      .once("close", () => reject(new ConnectionError(`cannot reach ${address(c)}: it hung up before the log-in`)))
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

/** Runs something over an open connection; `onData` hears all that has come on standard output so far. @throws LostError when the connection breaks before it has ended, SessionRefused */
export function exec(
  client: Client,
  c: Connection,
  execution: Execution,
  onData?: (stdout: string) => void,
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new LostError(`${address(c)}: ${why}`));
    const timer = setTimeout(() => {
      quiet();
      reject(new ConnectionError(`${address(c)}: no end after ${execution.timeoutSeconds} s`));
      client.destroy();
    }, execution.timeoutSeconds * 1000);
    const quiet = (): void => {
      clearTimeout(timer);
      client.off("error", broken).off("close", broken);
    };
    const broken = (e?: Error): void => {
      quiet();
      fail(`connection lost while commands were running${e ? `: ${e.message}` : ""}`);
    };
    client.once("error", broken).once("close", broken);
    client.exec(execution.exec, (err, stream) => {
      if (err) {
        quiet();
        return reject(new SessionRefused(`${address(c)}: ${err.message}`));
      }
      let stdout = "";
      let stderr = "";
      let ended = false;
      stream.setEncoding("utf8").on("data", (d: string) => {
        stdout += d;
        onData?.(stdout);
      });
      stream.stderr.setEncoding("utf8").on("data", (d: string) => (stderr += d));
      stream.on("exit", () => (ended = true));
      stream.on("close", () => {
        // A channel that closes without the word of an exit did not end by itself: the connection, or sshd's own process, went away under it.
        if (!ended) return broken();
        quiet();
        resolve({ stdout, stderr });
      });
      stream.end(execution.stdin);
    });
  });
}
