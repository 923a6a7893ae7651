import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mailSchema } from "../../../providers/maintenance/watch/spec";
import { renderMailer } from "../../../providers/maintenance/watch/render";

// Proves that the real msmtp, by the file that is rendered for it, gives a mail to a real server that speaks TLS alone and wants a log-in, and gives it to none whose certificate nobody
// vouches for. The authority is named by one more line of that file; on a node it is one of those that the system trusts.

jest.setTimeout(60_000);

const USER = "cluster@example.org";
/** With all that a line in quotes could stumble over. */
const PASSWORD = `s3c"ret\\ and #more`;

const root = mkdtempSync(join(tmpdir(), "qvd-ha-mail-"));
const at = (name: string): string => join(root, name);
const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: root, stdio: "pipe" });

beforeAll(() => {
  for (const name of ["authority", "stranger"])
    openssl(
      ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", `/CN=${name}`],
      ...["-keyout", `${name}.key`, "-out", `${name}.pem`],
    );
  openssl(
    "req",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    "/CN=localhost",
    "-keyout",
    "server.key",
    "-out",
    "server.csr",
  );
  writeFileSync(at("names"), "subjectAltName=DNS:localhost\n");
  openssl(
    ...["x509", "-req", "-days", "2", "-in", "server.csr", "-CA", "authority.pem", "-CAkey", "authority.key"],
    ...["-CAcreateserial", "-extfile", "names", "-out", "server.pem"],
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const s = createServer().listen(0, "127.0.0.1", () => {
      const { port } = s.address() as { port: number };
      s.close(() => resolve(port));
    });
  });

describe.each(["starttls", "tls"] as const)("mail by %s", (tls) => {
  const maildir = at(`maildir-${tls}`);
  let port = 0;
  let end = (): void => undefined;
  let mails = 0;

  beforeAll(async () => {
    port = await freePort();
    const args = [
      join(__dirname, "smtp.py"),
      tls,
      String(port),
      at("server.pem"),
      at("server.key"),
      USER,
      PASSWORD,
      maildir,
    ];
    const child = spawn("/usr/bin/python3", args, { stdio: ["pipe", "pipe", "pipe"] });
    end = () => void child.kill("SIGKILL");
    let said = "";
    child.stderr.on("data", (d: Buffer) => (said += d.toString()));
    await new Promise<void>((resolve, reject) => {
      child.stdout.once("data", () => resolve());
      child.once("exit", () => reject(new Error(`the mail server did not start: ${said}`)));
    });
  });
  afterAll(() => end());

  const send = (password: string, authority: string): { status: number | null; stderr: string } => {
    const mail = mailSchema.parse({ to: ["dba@example.org"], from: USER, server: "localhost", port, tls, user: USER });
    const file = at("msmtprc");
    writeFileSync(file, `${renderMailer({ mail, mailPassword: password })}tls_trust_file ${at(authority)}\n`);
    chmodSync(file, 0o600);
    return spawnSync("msmtp", ["-C", file, "--", "dba@example.org"], {
      timeout: 25_000,
      encoding: "utf8",
      input: "Subject: the database\n\nruns\n",
    });
  };
  const arrived = (): string[] => {
    const folder = join(maildir, "new");
    if (!existsSync(folder)) return [];
    const all = readdirSync(folder).map((f) => readFileSync(join(folder, f), "utf8"));
    const fresh = all.slice(mails);
    mails = all.length;
    return fresh;
  };

  test("arrives", () => {
    expect(send(PASSWORD, "authority.pem")).toMatchObject({ status: 0, stderr: "" });
    expect(arrived()).toEqual([expect.stringContaining("Subject: the database")]);
  });

  test("is not sent with a password that is wrong", () => {
    const { status, stderr } = send("wrong", "authority.pem");
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/authentication failed/i);
    expect(stderr).not.toContain("wrong");
    expect(arrived()).toEqual([]);
  });

  test("is not sent, nor is the password, to a server whose certificate another authority has signed", () => {
    const { status, stderr } = send(PASSWORD, "stranger.pem");
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/certificate/i);
    expect(arrived()).toEqual([]);
  });
});
