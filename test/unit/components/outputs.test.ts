import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../../components/config";
import { parseDeployment } from "../../../tools/status/deployment";
import valid from "../config/valid.json";
import { build } from "./graph";

// Proves that the outputs say with which profile a stack was deployed, down to what status and drills read.
const read = (...path: string[]): string => readFileSync(join(__dirname, "..", "..", "..", ...path), "utf8");

describe("the outputs", () => {
  it.each(["howto", "fast"] as const)(
    "name the profile, %s",
    async (profile) => {
      const { database } = await build(
        { ...(valid as SettingsInput), profile },
        { sshPrivateKey: pulumi.secret("k"), hypervisorPrivateKey: pulumi.secret("k") },
      );
      expect(await new Promise((r) => database.profile.apply(r))).toBe(profile);
    },
    60_000,
  );

  it("are exported by the program as the README names them", () => {
    const named = /^Outputs: ([^]*?)\n\n/m.exec(read("README.md"))?.[1] ?? "";
    const names = [...named.matchAll(/`(\w+)`/g)].map((m) => m[1] as string);
    expect(names).toContain("profile");
    // One that is not always there is left out then, as Pulumi warns of what is undefined.
    for (const name of names)
      expect(read("index.ts")).toMatch(
        new RegExp(
          `^  (${name}: qvddb\\.${name},|\\.\\.\\.\\(qvddb\\.${name} && \\{ ${name}: qvddb\\.${name} \\}\\),)$`,
          "m",
        ),
      );
  });

  it("are read by status and drills; those of an older program name none", () => {
    const connection = { host: "10.0.0.1", hostKey: "ssh-ed25519 AAAA", privateKey: "k" };
    const outputs = {
      address: "10.0.0.9",
      database: "d",
      user: "u",
      password: "p",
      nodes: ["a", "b"],
      connections: { a: connection, b: connection },
    };
    expect(parseDeployment({ ...outputs, profile: "howto" }).profile).toBe("howto");
    expect(parseDeployment(outputs).profile).toBeUndefined();
  });
});
