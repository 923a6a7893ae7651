import * as pulumi from "@pulumi/pulumi";

/**
 * The stub that Pulumi serialises into the state: it holds a kind's name and nothing else, so its text never changes and no value can leak by it.
 * Without `diff`, the engine compares inputs itself and shows every nested difference.
 */
function stub(kind: string): pulumi.dynamic.ResourceProvider {
  return {
    check: async (_olds: unknown, news: unknown) => require("@qvd-ha/providers").check(kind, news),
    create: async (inputs: unknown) => require("@qvd-ha/providers").create(kind, inputs),
    read: async (id: string, props: unknown) => require("@qvd-ha/providers").read(kind, id, props),
    update: async (_id: string, _olds: unknown, news: unknown) => require("@qvd-ha/providers").update(kind, news),
    delete: async (_id: string, props: unknown) => require("@qvd-ha/providers").remove(kind, props),
  };
}

const keyPairStub: pulumi.dynamic.ResourceProvider = {
  create: async (inputs: unknown) => require("@qvd-ha/providers").createKeyPair(inputs),
};

/** An SSH key pair made once and kept in the state; a change of the comment makes a new one. */
export class KeyPair extends pulumi.dynamic.Resource {
  declare readonly publicKey: pulumi.Output<string>;
  declare readonly privateKey: pulumi.Output<string>;

  constructor(name: string, args: { comment: string }, opts?: pulumi.CustomResourceOptions) {
    const props = { ...args, publicKey: undefined, privateKey: undefined };
    super(
      keyPairStub,
      name,
      props,
      { replaceOnChanges: ["comment"], additionalSecretOutputs: ["privateKey"], ...opts },
      "ssh",
      "KeyPair",
    );
  }
}
