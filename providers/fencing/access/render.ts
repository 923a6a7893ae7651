import type { FenceAccessSpec } from "./spec";

export { parseShell, renderShell } from "./shell";

type LineSpec = Pick<FenceAccessSpec, "publicKey" | "commandPath" | "allowFrom">;

const COMMENT = "qvd-ha-fence";

/** The line of authorized_keys. `restrict` forbids forwarding and everything a later sshd may add; `pty` stays, as agents ask for one. */
export function renderLine(spec: LineSpec): string {
  const options = [
    "restrict",
    "pty",
    `command="${spec.commandPath}"`,
    ...(spec.allowFrom.length > 0 ? [`from="${spec.allowFrom.join(",")}"`] : []),
  ];
  return `${options.join(",")} ${spec.publicKey} ${COMMENT}`;
}

export function parseLine(line: string): LineSpec | undefined {
  const m = /^restrict,pty,command="([^"]+)"(?:,from="([^"]+)")? (\S+ \S+) qvd-ha-fence$/.exec(line);
  return m ? { commandPath: m[1] as string, allowFrom: m[2]?.split(",") ?? [], publicKey: m[3] as string } : undefined;
}

/** Lines that give this key, or this command, any access at all: one without our options would open the machine, and sshd takes the first that fits. */
export const isOurs = (line: string, spec: Pick<LineSpec, "publicKey" | "commandPath">): boolean =>
  !line.startsWith("#") &&
  (line.includes(spec.publicKey.split(" ")[1] as string) || line.includes(`command="${spec.commandPath}"`));
