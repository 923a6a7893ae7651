import fc from "fast-check";
import { parseLine, parseShell, renderLine, renderShell } from "../../../providers/fencing/access/render";
import { rules as accessRules, schema as accessSchema } from "../../../providers/fencing/access/spec";
import { parseHypervisors, renderConfig, renderKnownHosts } from "../../../providers/fencing/client/render";
import { rules as clientRules, schema as clientSchema } from "../../../providers/fencing/client/spec";
import { parseUnit, renderUnit } from "../../../providers/fencing/link/render";
import { schema as linkSchema } from "../../../providers/fencing/link/spec";
import { specOf } from "../support/arbitrary";

/** Whatever schema and rules take, the files on hypervisors and nodes say, and are read as it again. */
const connections = fc.constant({});

test("the forced command and its line on a hypervisor", () => {
  fc.assert(
    fc.property(specOf(accessSchema, { connections }), (s) => {
      fc.pre(accessRules(s).length === 0);
      const { domains, libvirtUri, virshPath, startAfterSeconds, publicKey, commandPath, allowFrom } = s;
      expect(parseShell(renderShell(s))).toEqual({ domains, libvirtUri, virshPath, startAfterSeconds });
      const line = renderLine(s);
      expect(line).not.toContain("\n");
      expect(parseLine(line)).toEqual({ publicKey, commandPath, allowFrom });
    }),
  );
});

test("the units of standing connections", () => {
  fc.assert(
    fc.property(specOf(linkSchema, { connections }), ({ hypervisors }) => {
      for (const h of hypervisors) expect(parseUnit(h.name, renderUnit(h))).toEqual(h);
    }),
  );
});

test("ssh's configuration and known hosts on the nodes", () => {
  const any = specOf(clientSchema, { connections, privateKey: fc.constant("-----BEGIN PRIVATE KEY-----\nx") });
  fc.assert(
    fc.property(any, (s) => {
      fc.pre(clientRules(s).length === 0);
      expect(parseHypervisors(renderConfig(s), renderKnownHosts(s.hypervisors))).toEqual(s.hypervisors);
      expect(renderKnownHosts(s.hypervisors).trimEnd().split("\n")).toHaveLength(1 + s.hypervisors.length);
    }),
  );
});
