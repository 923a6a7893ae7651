import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "./workflows";

// Proves what the scripts of the pipelines do: a command's report, what a test run ends with, and the calls by which a comment is made or written over. The forges are stand-ins that take
// what the real ones document; a real one is not asked.

interface Ended {
  readonly code: number;
  readonly text: string;
}

const run = (script: string, args: readonly string[], env: Record<string, string>): Promise<Ended> =>
  new Promise((resolve) =>
    execFile(
      join(ROOT, "tools", "ci", script),
      args,
      { env: { PATH: process.env.PATH, ...env } },
      (e, stdout, stderr) => resolve({ code: e ? Number(e.code) : 0, text: `${stdout}${stderr}` }),
    ),
  );

let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "ci-"))));
afterEach(() => rmSync(dir, { recursive: true }));

describe("report", () => {
  const TITLE = "Report of a unit test";
  const file = join(ROOT, ".state", "ci", "report-of-a-unit-test.md");
  afterEach(() => rmSync(file, { force: true }));
  const report = (script: string, env = {}): Promise<Ended> => run("report", [TITLE, "bash", "-c", script], env);

  it("ends as its command did, and keeps what it printed", async () => {
    const summary = join(dir, "summary");
    const { code, text } = await report("echo out; echo err >&2; exit 7", { GITHUB_STEP_SUMMARY: summary });
    expect(code).toBe(7);
    expect(text).toContain("out");
    const written = readFileSync(file, "utf8");
    expect(written.split("\n")[0]).toBe(`<!-- qvd-ha: ${TITLE} -->`);
    expect(written).toMatch(/\*\*failed\*\* \(exit status 7\)[\s\S]*out[\s\S]*/);
    expect(written).toContain("err");
    expect(readFileSync(summary, "utf8")).toBe(written);
  });

  it("says that it succeeded", async () => {
    expect((await report("echo fine")).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("succeeded");
  });

  it("does not let the output out of its fence, nor colour it", async () => {
    await report("printf '\\033[31mred\\033[0m\\n```\\n````\\n# heading\\n'");
    expect(readFileSync(file, "utf8")).toContain("\n`````\nred\n```\n````\n# heading\n`````\n");
  });

  it("fits into a comment, and keeps the end", async () => {
    await report("seq 1 20000; echo THE END");
    const written = readFileSync(file, "utf8");
    expect(written.length).toBeLessThan(65_536);
    expect(written).toContain("THE END");
    expect(written).toContain("The beginning is cut");
  });

  it("fails where there is no such command", async () => {
    expect((await run("report", [TITLE, "/nonexistent"], {})).code).not.toBe(0);
  });
});

describe("comment", () => {
  interface Call {
    readonly method?: string;
    readonly url?: string;
    readonly token?: string;
    readonly body?: string;
  }
  const MARK = "<!-- qvd-ha: Preview of prod -->";

  const read = async (req: IncomingMessage): Promise<string> => {
    let text = "";
    for await (const part of req) text += String(part);
    return text;
  };

  /** A forge that has these comments, and notes what it is asked. */
  async function comment(
    pages: readonly unknown[][],
    env: (url: string) => Record<string, string>,
  ): Promise<[Ended, Call[]]> {
    const calls: Call[] = [];
    const server = createServer((req, res) => {
      void read(req).then((text) => {
        const { method, url, headers } = req;
        const token = String(headers.authorization ?? headers["private-token"]);
        calls.push({ method, url, token, ...(text ? { body: (JSON.parse(text) as { body: string }).body } : {}) });
        const page = Number(/[?&]page=(\d+)/.exec(url ?? "")?.[1]);
        res.end(JSON.stringify(url?.endsWith("/user") ? { id: 7 } : page ? (pages[page - 1] ?? []) : {}));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const report = join(dir, "report.md");
    writeFileSync(report, `${MARK}\n### news\n`);
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return [await run("comment", [report], env(url)), calls];
    } finally {
      server.close();
    }
  }

  const onGithub = (url: string): Record<string, string> => ({
    GITHUB_API_URL: url,
    GITHUB_REPOSITORY: "o/r",
    GITHUB_TOKEN: "token",
    PULL_REQUEST: "5",
  });
  const onGitlab = (url: string): Record<string, string> => ({
    GITLAB_CI: "true",
    CI_API_V4_URL: url,
    CI_PROJECT_ID: "3",
    CI_MERGE_REQUEST_IID: "5",
    GITLAB_TOKEN: "token",
  });
  const filler = Array.from({ length: 100 }, (_, id) => ({ id, body: "hello", user: { type: "User" } }));

  it("is made on GitHub where there is none", async () => {
    const [ended, calls] = await comment([[]], onGithub);
    expect(ended).toEqual({ code: 0, text: "" });
    expect(calls.at(-1)).toEqual({
      method: "POST",
      url: "/repos/o/r/issues/5/comments",
      token: "Bearer token",
      body: `${MARK}\n### news\n`,
    });
  });

  it("is written over its predecessor, which may stand on the second page", async () => {
    const mine = { id: 900, body: `${MARK}\r\nold`, user: { type: "Bot" } };
    const [, calls] = await comment([filler, [mine]], onGithub);
    expect(calls.at(-1)).toMatchObject({ method: "PATCH", url: "/repos/o/r/issues/comments/900" });
  });

  it("is never written over what a person said, nor over another stack's", async () => {
    const quoted = { id: 1, body: `${MARK}\nI quote this`, user: { type: "User" } };
    const other = { id: 2, body: "<!-- qvd-ha: Preview of test -->\nold", user: { type: "Bot" } };
    const [, calls] = await comment([[quoted, other]], onGithub);
    expect(calls.at(-1)?.method).toBe("POST");
  });

  it("is made and written over on GitLab", async () => {
    const [, made] = await comment([[{ id: 1, body: `${MARK}\nold`, author: { id: 8 } }]], onGitlab);
    expect(made.at(-1)).toMatchObject({ method: "POST", url: "/projects/3/merge_requests/5/notes", token: "token" });
    const [, over] = await comment([[{ id: 1, body: `${MARK}\nold`, author: { id: 7 } }]], onGitlab);
    expect(over.at(-1)).toMatchObject({ method: "PUT", url: "/projects/3/merge_requests/5/notes/1" });
  });

  it("says what is missing, and never the token", async () => {
    const [ended, calls] = await comment([[]], (url) => ({ ...onGithub(url), PULL_REQUEST: "" }));
    expect(ended).toEqual({ code: 1, text: "PULL_REQUEST is not set\n" });
    expect(calls).toEqual([]);
    const refused = await comment([[]], () => onGithub("http://127.0.0.1:1"));
    expect(refused[0].code).toBe(1);
    expect(refused[0].text).not.toContain("Bearer");
  });
});

describe("failures", () => {
  const results = (suites: readonly object[]): string => {
    const file = join(dir, "e2e.json");
    writeFileSync(file, JSON.stringify({ testResults: suites }));
    return file;
  };
  const failures = (...files: string[]): Promise<Ended> => run("failures", files, {});

  it("says nothing of what passed", async () => {
    const file = results([
      { status: "passed", assertionResults: [{ status: "passed", fullName: "a", failureMessages: [] }] },
    ]);
    expect(await failures(file)).toEqual({ code: 0, text: "" });
  });

  it("names what failed with the end of its message, where the reason is, and no stack", async () => {
    const message = [...Array(100).keys()]
      .map((n) => `line ${n}`)
      .concat("why it failed", "    at Object.<anonymous> (/x/y.test.ts:1:1)");
    const file = results([
      {
        status: "failed",
        assertionResults: [{ status: "failed", fullName: "the stack comes up", failureMessages: [message.join("\n")] }],
      },
    ]);
    const { code, text } = await failures(file);
    expect(code).toBe(0);
    const printed = text.trimEnd().split("\n");
    expect(printed[0]).toBe("FAILED e2e: the stack comes up");
    expect(printed.slice(-2)).toEqual(["    line 99", "    why it failed"]);
    expect(printed).toHaveLength(61);
  });

  it("names what did not run, and a file that could not be run", async () => {
    const file = results([
      { status: "passed", assertionResults: [{ status: "pending", fullName: "left out", failureMessages: [] }] },
      { status: "failed", name: "/x/broken.test.ts", message: "Cannot find module", assertionResults: [] },
    ]);
    expect((await failures(file)).text.trimEnd().split("\n")).toEqual([
      "NOT RUN e2e: left out",
      "FAILED e2e: /x/broken.test.ts",
      "    Cannot find module",
    ]);
  });

  it("does not stumble over a set that left no result", async () => {
    const [broken, other] = [join(dir, "unit.json"), join(dir, "a-drill.json")];
    writeFileSync(broken, "");
    writeFileSync(other, "{}");
    expect(await failures(broken, other)).toEqual({ code: 0, text: "" });
  });
});
