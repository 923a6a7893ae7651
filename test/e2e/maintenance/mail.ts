import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Daemon } from "../support/daemon";
import { ROOT } from "../support/stack";

/** Of the lab's router, where the guests reach it. */
export const SERVER = { address: "172.20.64.1", port: 2525 } as const;

export interface Mail {
  readonly text: string;
  /** When it had arrived, in milliseconds. */
  readonly at: number;
}

/** A mail server in the lab's network (python3-aiosmtpd), which keeps whatever it takes. */
export class MailServer {
  private readonly folder = join(ROOT, ".state/e2e/mail");
  private readonly daemon = new Daemon();

  async start(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(join(this.folder, ".."), { recursive: true });
    const listen = `${SERVER.address}:${SERVER.port}`;
    await this.daemon.start(
      `/usr/bin/python3 -m aiosmtpd -n -l ${listen} -c aiosmtpd.handlers.Mailbox ${this.folder}`,
      { port: SERVER.port, by: "tcp" },
    );
  }

  mails(): Mail[] {
    const folder = join(this.folder, "new");
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .map((f) => join(folder, f))
      .map((f) => ({ text: readFileSync(f, "utf8"), at: statSync(f).mtimeMs }))
      .sort((a, b) => a.at - b.at);
  }

  /** The first mail since a time that says it. */
  async awaits(pattern: RegExp, since: number, seconds: number): Promise<Mail> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
      const found = this.mails().find((m) => m.at >= since && pattern.test(m.text));
      if (found) return found;
      await new Promise((r) => setTimeout(r, 500));
    }
    throw new Error(
      `no mail says ${pattern} within ${seconds} s; these came:\n${this.mails()
        .map((m) => m.text)
        .join("\n---\n")}`,
    );
  }

  end(): void {
    this.daemon.stop();
  }
}
