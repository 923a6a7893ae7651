import { utils } from "ssh2";

/** The public half of a private key, type and base64. @throws Error that never shows the key */
export function publicKeyOf(privateKey: string): string {
  const key = utils.parseKey(privateKey);
  if (key instanceof Error || !key.isPrivateKey())
    throw new Error("not a private SSH key in OpenSSH's or PEM format, without a passphrase");
  return `${key.type} ${key.getPublicSSH().toString("base64")}`;
}
