import { utils } from "ssh2";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKeyPair } from "../../../providers/ssh/keyPair";
import { keyText } from "../../../providers/ssh/keyText";
import { publicKeyOf } from "../../../providers/ssh/publicKey";

// Proves that no key pair is handed on whose private part cannot be read. That OpenSSH takes it, test/host shows.

afterEach(() => jest.restoreAllMocks());

test("a pair that the library has written so that nobody can read it is made anew", () => {
  const good = createKeyPair({ comment: "c" }).outs;
  const broken = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from("openssh-key-v1\0").toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const made = jest
    .spyOn(utils, "generateKeyPairSync")
    .mockReturnValueOnce({ public: "ssh-ed25519 AAAA c", private: broken } as never)
    .mockReturnValueOnce({ public: good.publicKey, private: good.privateKey } as never);
  expect(createKeyPair({ comment: "c" }).outs).toEqual(good);
  expect(made).toHaveBeenCalledTimes(2);
});

test("the public part is that of the private one", () => {
  for (let i = 0; i < 500; i++) {
    const { publicKey, privateKey } = createKeyPair({ comment: "of a test" }).outs;
    expect(`${publicKeyOf(privateKey)} of a test`).toBe(publicKey);
  }
});

test("a public key, nonsense and a half of a key are no private key, and the error does not show them", () => {
  const { publicKey, privateKey } = createKeyPair({ comment: "c" }).outs;
  for (const text of [publicKey, "private", "", privateKey.slice(0, 80)])
    expect(() => publicKeyOf(text)).toThrow(/^not a private SSH key in OpenSSH's or PEM format, without a passphrase$/);
});

test("a key whose last line has lost its end, as pulumi config set leaves it, is one for ssh again", () => {
  const { publicKey, privateKey } = createKeyPair({ comment: "c" }).outs;
  const place = mkdtempSync(join(tmpdir(), "qvd-ha-key-"));
  try {
    const read = (text: string): string => {
      const file = join(place, "key");
      writeFileSync(file, text, { mode: 0o600 });
      return execFileSync("ssh-keygen", ["-y", "-f", file], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    };
    const kept = privateKey.trimEnd();
    expect(() => read(kept)).toThrow(/error in libcrypto/);
    for (const text of [kept, privateKey, `${kept}\n\n`]) expect(read(keyText(text)).trim()).toBe(publicKey.trim());
    expect(keyText("")).toBe("");
  } finally {
    rmSync(place, { recursive: true });
  }
});
