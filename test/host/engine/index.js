// The fence key's guard on machines of a test, one after the other; what they are stands in a file.
const { readFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { FenceAccess } = require("@qvd-ha/providers/dist/dynamic");

let dependsOn = [];
for (const [name, args] of Object.entries(JSON.parse(readFileSync(process.env.ENGINE_TEST_SPECS, "utf8"))))
  dependsOn = [new FenceAccess(name, { ...args, connections: pulumi.secret(args.connections) }, { dependsOn })];
