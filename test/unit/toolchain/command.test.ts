// Proves what the stand-in for the command plugin does with secrets, commands and host keys, over the wire that the
// engine uses. Not proved: that it equals the official plugin where this file is silent.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { utils } from "ssh2";
import { CommandPlugin, secret } from "./support/plugin";
import { sshServer } from "./support/sshServer";

const LOCAL = "command:local:Command";
const REMOTE = "command:remote:Command";

let plugin: CommandPlugin;
beforeAll(async () => {
  plugin = await CommandPlugin.start();
});
afterAll(() => plugin.stop());
beforeEach(() => {
  plugin.shown.length = 0;
});

describe("secrets", () => {
  const PASSWORD = "correct-horse";

  test("the output of a command with a secret input is a secret", async () => {
    const outs = await plugin.create(LOCAL, { create: "cat", stdin: secret(PASSWORD) });
    expect(outs).toMatchObject({ stdout: secret(PASSWORD), stderr: secret(""), stdin: secret(PASSWORD) });
  });

  test("the output of a command without one is plain", async () => {
    expect(await plugin.create(LOCAL, { create: "echo public" })).toMatchObject({ stdout: "public", stderr: "" });
  });

  test("nothing that a command with a secret input prints is shown, not even when it fails", async () => {
    const failing = plugin.create(LOCAL, {
      create: `echo "$P"; echo "$P" >&2; exit 3`,
      environment: { P: secret(PASSWORD) },
    });
    const error = await failing.then(
      () => undefined,
      (e: Error) => e.message,
    );
    expect(error).toContain("exit status 3");
    expect(error).not.toContain(PASSWORD);
    expect(plugin.shown).toEqual([]);
  });

  test("what another command prints is shown, and is in its error", async () => {
    await expect(plugin.create(LOCAL, { create: "echo why; exit 4" })).rejects.toThrow(/exit status 4.*\n?.*why/s);
    expect(plugin.shown).toEqual(["why"]);
  });
});

describe("local commands", () => {
  test("an update knows the previous output", async () => {
    const olds = { create: "echo one", stdout: "one", stderr: "" };
    const outs = await plugin.update(LOCAL, olds, {
      create: "echo one",
      update: `echo "$PULUMI_COMMAND_STDOUT and two"`,
    });
    expect(outs.stdout).toBe("one and two");
  });

  test("only changed triggers replace", async () => {
    const olds = { create: "a", triggers: [1], stdout: "", stderr: "" };
    expect(await plugin.diff(LOCAL, olds, { create: "a", triggers: [1] })).toEqual({ changes: false, replaces: [] });
    expect(await plugin.diff(LOCAL, olds, { create: "b", triggers: [1] })).toEqual({ changes: true, replaces: [] });
    expect(await plugin.diff(LOCAL, olds, { create: "a", triggers: [2] })).toEqual({
      changes: true,
      replaces: ["triggers"],
    });
  });

  test("what is not supported is refused by name", async () => {
    expect(await plugin.check(LOCAL, { create: "a", assetPaths: ["x"] })).toEqual([
      { property: "assetPaths", reason: "not supported by this stand-in" },
    ]);
    expect(await plugin.check("command:remote:CopyToRemote", {})).toHaveLength(1);
  });

  test("Ctrl-C ends a command at once, whatever it waits for", async () => {
    const other = await CommandPlugin.start();
    const running = other.create(LOCAL, { create: "echo started; sleep 60" });
    await until(() => other.shown.includes("started"));
    await other.cancel();
    await expect(running).rejects.toThrow("exit status SIGTERM");
    await other.stop();
  });

  test("a command ends with the plugin, and so does what it has started", async () => {
    const dir = mkdtempSync(join(tmpdir(), "qvd-ha-command-"));
    const other = await CommandPlugin.start();
    const running = other.create(LOCAL, { create: `sleep 60 & echo $! > ${dir}/pid; wait` }).catch(() => undefined);
    await until(() => readFileSync(`${dir}/pid`, "utf8").trim() !== "");
    const pid = Number(readFileSync(`${dir}/pid`, "utf8"));
    await other.stop();
    await running;
    await until(() => !alive(pid));
    rmSync(dir, { recursive: true });
  });
});

describe("remote commands", () => {
  const PASSWORD = "staple-battery";

  test("password, environment and stdin reach the server, and no argument list", async () => {
    let seenArguments = "";
    const server = await sshServer(PASSWORD, () => (seenArguments = allArguments()));
    const connection = {
      host: "127.0.0.1",
      port: server.port,
      user: "root",
      password: PASSWORD,
      hostKey: server.hostKey,
    };
    const outs = await plugin.create(REMOTE, {
      connection: secret(connection),
      create: "cat",
      stdin: "in",
      environment: { QVD: "1" },
    });
    server.stop();
    expect(outs.stdout).toBe("in");
    expect(server.seen).toEqual({ passwords: [PASSWORD], commands: ["cat"], environment: { QVD: "1" } });
    expect(seenArguments).toContain("pulumi-resource-command");
    expect(seenArguments).not.toContain(PASSWORD);
  });

  test.each([
    ["another host key", utils.generateKeyPairSync("ed25519").public, /verification failed/],
    ["no host key", undefined, /hostKey is missing/],
  ])("with %s the password never leaves", async (_, hostKey, message) => {
    const server = await sshServer(PASSWORD);
    const connection = { host: "127.0.0.1", port: server.port, password: PASSWORD, ...(hostKey && { hostKey }) };
    await expect(plugin.create(REMOTE, { connection, create: "true" })).rejects.toThrow(message);
    server.stop();
    expect(server.seen.passwords).toEqual([]);
  });
});

/** The arguments of every process of this machine. */
function allArguments(): string {
  const lines = readdirSync("/proc").map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  });
  return lines.join("\n");
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 4000;
  for (;;) {
    try {
      if (condition()) return;
    } catch {
      // The file is not there yet.
    }
    if (Date.now() > deadline) throw new Error("waited 4 seconds in vain");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
