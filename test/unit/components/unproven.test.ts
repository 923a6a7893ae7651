import * as pulumi from "@pulumi/pulumi";
import type { SettingsInput } from "../../../components/config";
import valid from "../config/valid.json";
import { register } from "./graph";

// Proves that a person is told, in every preview, that a system was never run; not that it would work.

const secrets = { sshPrivateKey: pulumi.secret("given-ssh-key"), hypervisorPrivateKey: pulumi.secret("given-key") };
const warned = async (os: string): Promise<string[]> => {
  const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(() => Promise.resolve());
  await register({ ...(valid as SettingsInput), os } as SettingsInput, secrets);
  const said = warn.mock.calls.map(([text]) => text);
  warn.mockRestore();
  return said;
};

it.each([
  ["ubuntu2404", "Ubuntu 24.04"],
  ["rhel9", "Red Hat Enterprise Linux 9"],
  ["sles15", "SUSE Linux Enterprise Server 15"],
])("%s: says that it was never run", async (os, title) => {
  expect(await warned(os)).toContainEqual(expect.stringContaining(`${title} was never run by this project`));
});

it.each(["debian12", "debian13"])("%s: has nothing to say", async (os) => {
  expect((await warned(os)).filter((text) => text.includes("never run"))).toEqual([]);
});
