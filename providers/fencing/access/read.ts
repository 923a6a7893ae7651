import type { Fact, Seen } from "../../fact";
import type { File } from "../../file";
import { file } from "../../file";
import { sh } from "../../remote";
import { overlay } from "../../overlay";
import { isOurs, isRetiring, parseLine, parseShell } from "./render";
import type { FenceAccessSpec } from "./spec";

/** Lines about our key or command, and those of them that a former key has for some minutes more. */
export interface Lines {
  readonly keys: readonly string[];
  readonly retiring: readonly string[];
}

/** Only lines about our key or command leave the hypervisor; who else may log in is nobody's business here. */
const lines = (spec: FenceAccessSpec): Fact<Lines> => ({
  command: {
    script: sh`grep -F -e ${spec.publicKey.split(" ")[1] as string} -e ${`command="${spec.commandPath}"`} ${spec.authorizedKeysFile} 2>/dev/null || true`,
  },
  parse: ({ stdout }) => {
    const ours = stdout.split("\n").filter((line) => line !== "" && isOurs(line, spec));
    return {
      keys: ours.filter((line) => !isRetiring(line, spec)),
      retiring: ours.filter((line) => isRetiring(line, spec)),
    };
  },
});

export const facts = (spec: FenceAccessSpec): { shell: Fact<File | undefined>; lines: Fact<Lines> } => ({
  shell: file(spec.commandPath),
  lines: lines(spec),
});

export type AccessSeen = Readonly<Record<string, Seen<ReturnType<typeof facts>>>>;

/** Several hypervisors are one spec: whatever is not as wanted on any of them is told. */
export function live(known: FenceAccessSpec, seen: AccessSeen): FenceAccessSpec | undefined {
  const all = Object.values(seen).map(({ shell, lines: { keys } }) => {
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
        startAfterSeconds: command?.startAfterSeconds,
      },
    };
  });
  if (all.every((one) => !one.exists)) return undefined;
  return overlay(
    known,
    all.map((one) => one.spec),
  );
}
