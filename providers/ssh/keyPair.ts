import { utils } from "ssh2";

export interface KeyPairProps {
  /** Ends up in the public key, so that a person sees in authorized_keys what the key is for. */
  readonly comment: string;
  /** One line, as in authorized_keys. */
  readonly publicKey: string;
  /** OpenSSH's own format, without a passphrase. Secret. */
  readonly privateKey: string;
}

/** One in some four hundred that ssh2 1.17 writes cannot be read, not even by itself. */
function readablePair(comment: string): { public: string; private: string } {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519", { comment });
    if (!(utils.parseKey(pair.private) instanceof Error)) return pair;
  }
}

/** Makes an Ed25519 key pair; it lives in the state alone, the private part as a secret. */
export function createKeyPair(inputs: { comment: string }): { id: string; outs: KeyPairProps } {
  const pair = readablePair(inputs.comment);
  const publicKey = pair.public.trim();
  return { id: inputs.comment, outs: { ...inputs, publicKey, privateKey: pair.private } };
}
