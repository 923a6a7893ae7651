import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

class Greeting extends pulumi.dynamic.Resource {
  declare readonly text: pulumi.Output<string>;

  constructor(name: string, whom: pulumi.Input<string>) {
    const provider: pulumi.dynamic.ResourceProvider = {
      create: (inputs: { whom: string }) => Promise.resolve({ id: "greeting", outs: { text: `hello ${inputs.whom}` } }),
    };
    super(provider, name, { whom, text: undefined });
  }
}

const generated = new random.RandomPassword("password", { length: 24, special: false });
// The command gets the secret on stdin, so its output has to become one too.
const echo = new command.local.Command("echo", { create: "cat", stdin: generated.result });
const greeting = new Greeting("greeting", "toolchain");

export const password = generated.result;
export const echoed = echo.stdout;
export const greeted = greeting.text;
