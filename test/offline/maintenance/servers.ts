import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer as createSocket } from "node:net";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The program that speaks S3, from where it was installed; undefined where it is not there. */
export const MOTO = [join(__dirname, "../../../.state/moto/bin/moto_server"), "/usr/bin/moto_server"].find(existsSync);

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const s = createSocket().listen(0, "127.0.0.1", () => {
      const { port } = s.address() as { port: number };
      s.close(() => resolve(port));
    });
  });

export interface MailServer {
  readonly port: number;
  /** Every mail that was taken, whole, in order. */
  mails(): string[];
  end(): void;
}

/** aiosmtpd, as a mail server that puts what it takes into a Maildir. */
export async function mailServer(root: string, port?: number): Promise<MailServer> {
  const where = join(root, "maildir");
  mkdirSync(root, { recursive: true });
  const chosen = port ?? (await freePort());
  const child = spawn(
    "/usr/bin/python3",
    ["-m", "aiosmtpd", "-n", "-l", `127.0.0.1:${chosen}`, "-c", "aiosmtpd.handlers.Mailbox", where],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr.on("data", (d: Buffer) => (said += d.toString()));
  const listens = async (): Promise<boolean> =>
    new Promise((resolve) => {
      const s = createSocket();
      s.once("error", () => resolve(true)).listen(chosen, "127.0.0.1", () => s.close(() => resolve(false)));
    });
  for (let i = 0; !(await listens()); i++) {
    if (child.exitCode !== null || i > 300)
      throw new Error(`aiosmtpd (package python3-aiosmtpd) did not start: ${said}`);
    await new Promise((r) => setTimeout(r, 100));
  }
  return {
    port: chosen,
    mails: () => {
      const folder = join(where, "new");
      try {
        return readdirSync(folder)
          .sort()
          .map((f) => readFileSync(join(folder, f), "utf8"));
      } catch {
        return [];
      }
    },
    end: () => void child.kill("SIGKILL"),
  };
}

export interface Posted {
  readonly headers: IncomingMessage["headers"];
  readonly url: string;
  readonly body: unknown;
}

/** Takes JSON; `refuse` answers with an error until it is called with false. */
export async function webServer(): Promise<{
  port: number;
  posted: Posted[];
  refuse: (yes: boolean) => void;
  end: () => void;
}> {
  const posted: Posted[] = [];
  let refusing = false;
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (d: Buffer) => (text += d.toString()));
    request.on("end", () => {
      if (!refusing) posted.push({ headers: request.headers, url: request.url ?? "", body: JSON.parse(text) });
      response.writeHead(refusing ? 503 : 204).end();
    });
  });
  await new Promise<void>((r) => server.listen(0, "127.0.0.1", r));
  const { port } = server.address() as { port: number };
  return { port, posted, refuse: (yes) => void (refusing = yes), end: () => server.close() };
}
