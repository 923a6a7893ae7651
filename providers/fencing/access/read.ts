import type { Fact, Seen } from "../../fact";
import { sh } from "../../remote";
import { overlay } from "../../overlay";
import { isOurs, parseLine, parseShell } from "./render";
import type { FenceAccessSpec } from "./spec";

export interface File {
  readonly mode: string;
  readonly text: string;
}

const file = (path: string): Fact<File | undefined> => ({
  command: { script: sh`stat -Lc %a ${path} 2>/dev/null && cat ${path} || true` },
  parse: ({ stdout }) => {
    const end = stdout.indexOf("\n");
    return end < 0 ? undefined : { mode: stdout.slice(0, end), text: stdout.slice(end + 1) };
  },
});

/** Only lines about our key or command leave the hypervisor; who else may log in is nobody's business here. */
const keys = (spec: FenceAccessSpec): Fact<string[]> => ({
  command: {
    script: sh`grep -F -e ${spec.publicKey.split(" ")[1] as string} -e ${`command="${spec.commandPath}"`} ${spec.authorizedKeysFile} 2>/dev/null || true`,
  },
  parse: ({ stdout }) => stdout.split("\n").filter((line) => line !== "" && isOurs(line, spec)),
});

export const facts = (spec: FenceAccessSpec): { shell: Fact<File | undefined>; keys: Fact<string[]> } => ({
  shell: file(spec.commandPath),
  keys: keys(spec),
});

export type AccessSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** Several hypervisors are one spec: whatever is not as wanted on any of them is told. */
export function live(known: FenceAccessSpec, seen: AccessSeen): FenceAccessSpec | undefined {
  const all = Object.values(seen).map(({ shell, keys }) => {
    const command = shell && parseShell(shell.text);
    const line = keys.length === 1 ? parseLine(keys[0] as string) : undefined;
    return {
      exists: shell !== undefined || keys.length > 0,
      spec: {
        ...known,
        publicKey: line?.publicKey ?? "",
        allowFrom: line?.allowFrom ?? [],
        domains: command?.domains ?? [],
        libvirtUri: command?.libvirtUri ?? "",
        virshPath: command?.virshPath ?? "",
      },
    };
  });
  if (all.every((one) => !one.exists)) return undefined;
  return overlay(
    known,
    all.map((one) => one.spec),
  );
}
