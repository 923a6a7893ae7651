import { aboutOf } from "../../../drills/about";
import { clusterOf, demandConsent } from "../../../drills/consent";
import { faultNamed } from "../../../drills/faults";
import { NotReady } from "../../../drills/precheck";
import type { Deployment } from "../../../tools/status/deployment";

// Proves who is asked for the cluster's name, and that a drill begins with the right consent alone. Corosync's answers are stand-ins.
const asked: string[] = [];
let names: Record<string, string | Error> = {};
jest.mock("@qvd-ha/providers/dist/remote", () => ({
  ...jest.requireActual<object>("@qvd-ha/providers/dist/remote"),
  run: async ({ host }: { host: string }) => {
    asked.push(host);
    const name = names[host];
    if (name instanceof Error) throw name;
    return [{ code: 0, stdout: name === undefined ? "" : `totem.cluster_name (str) = ${name}\n`, stderr: "" }];
  },
}));

const real = {
  address: "10.0.0.9",
  nodes: ["a", "b"],
  connections: { a: { host: "a" }, b: { host: "b" } },
} as unknown as Deployment;
const cut = faultNamed("power-cut");
beforeEach(() => {
  asked.splice(0);
  names = { a: "qvd", b: "qvd" };
});

describe("consent to a real cluster", () => {
  it("is demanded in the words of the cluster itself", async () => {
    await expect(demandConsent(real, cut, undefined)).rejects.toThrow(/CONSENT=qvd@10\.0\.0\.9/);
    await expect(demandConsent(real, cut, undefined)).rejects.toBeInstanceOf(NotReady);
    await expect(demandConsent(real, cut, "other@10.0.0.9")).rejects.toThrow(/is for "other@10\.0\.0\.9"/);
    await expect(demandConsent(real, cut, "qvd@10.0.0.9")).resolves.toBeUndefined();
  });

  it("helps no fault that risks data", async () => {
    await expect(demandConsent(real, faultNamed("corruption"), "qvd@10.0.0.9")).rejects.toThrow(/embedded lab only/);
  });

  it("cannot be given to a cluster that does not tell its name", async () => {
    names = { a: new Error("no route"), b: "qvd" };
    expect(await clusterOf(real)).toBe("qvd@10.0.0.9");
    names = {};
    await expect(demandConsent(real, cut, "@10.0.0.9")).rejects.toThrow(/no node tells the cluster's name/);
  });

  it("is not asked for in the embedded lab, which is not even asked for its name", async () => {
    await demandConsent({ ...real, lab: { libvirtUri: "x" } }, faultNamed("corruption"), undefined);
    expect(asked).toEqual([]);
  });
});

describe("what a result is about", () => {
  it("is the cluster, the profile where the outputs tell it, and whether the data was read", async () => {
    expect(await aboutOf(real, { verify: true })).toEqual({ cluster: "qvd@10.0.0.9", verify: true });
    expect(await aboutOf({ ...real, profile: "howto" }, { verify: false })).toEqual({
      cluster: "qvd@10.0.0.9",
      profile: "howto",
      verify: false,
    });
  });
});
