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

/** Minutes for which a key that was exchanged is still let in: the nodes get the new one only after the hypervisor. sshd itself ends it. */
export const RETIRING_MINUTES = 30;

/** A former key's line, which sshd will refuse by itself; for the key in force it would be an end of fencing. */
export const isRetiring = (line: string, spec: Pick<LineSpec, "publicKey">): boolean =>
  /^restrict,pty,command="[^"]+"(,from="[^"]+")?,expiry-time="\d{12}" \S+ \S+ qvd-ha-fence$/.test(line) &&
  !line.includes(spec.publicKey.split(" ")[1] as string);

/** Lines that give this key, or this command, any access at all: one without our options would open the machine, and sshd takes the first that fits. */
export const isOurs = (line: string, spec: Pick<LineSpec, "publicKey" | "commandPath">): boolean =>
  !line.startsWith("#") &&
  (line.includes(spec.publicKey.split(" ")[1] as string) || line.includes(`command="${spec.commandPath}"`));
