import { createHash } from "node:crypto";

/** The SHA256 fingerprint of a public key blob, as `ssh-keygen -l` prints it. */
export const fingerprint = (blob: Buffer): string =>
  `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;

/** The binary blob of a one-line public key. */
export const keyBlob = (line: string): Buffer => Buffer.from(line.trim().split(/\s+/)[1] ?? "", "base64");

/** The host key algorithms to offer for a known key, so that the server shows that key and not another of its own. */
export function algorithmsFor(line: string): string[] {
  const type = line.trim().split(/\s+/)[0] ?? "";
  return type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type];
}
