import { utils } from "ssh2";
import { createKeyPair, publicKeyOf } from "../../../providers/ssh/keyPair";

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
