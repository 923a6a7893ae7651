import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parseConfig } from "../../../providers/corosync/config";
import { keysOf, parseMap, textOf, unlike } from "../../../providers/corosync/keys";
import { parseLinks, parseMonitor, parseUnits } from "../../../providers/corosync/read";
import { parse, render } from "../../../providers/corosync/render";
import { rules, schema } from "../../../providers/corosync/spec";
import { input, oneRing, spec } from "./samples";

const arbitrary = fc.record(
  {
    clusterName: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/),
    linkMode: fc.constantFrom("passive", "active"),
    cryptoCipher: fc.constantFrom("aes256", "aes192", "aes128"),
    cryptoHash: fc.constantFrom("sha256", "sha384", "sha512"),
    token: fc.integer({ min: 1000, max: 60000 }),
    consensus: fc.integer({ min: 500, max: 120000 }),
    join: fc.integer({ min: 1, max: 60000 }),
    maxMessages: fc.integer({ min: 1, max: 256 }),
    port: fc.integer({ min: 1024, max: 65534 }),
    twoNode: fc.boolean(),
    waitForAll: fc.boolean(),
    logging: fc.constantFrom("syslog", "journal"),
  },
  { requiredKeys: [] },
);

describe("the daemon's map", () => {
  const map = parseMap(readFileSync(join(__dirname, "recorded/cmapctl-3.1.7"), "utf8"));

  it("as recorded gives the spec, and has no key otherwise than the file that it was read from", () => {
    expect(parse(textOf(map), spec({ token: 1234 }))).toEqual(spec());
    expect(unlike(map, keysOf(render(spec())))).toEqual([]);
  });

  it("tells every key that is otherwise, also one that only it has or lacks", () => {
    const more: Record<string, string> = { ...map, "totem.consensus": "9000", "totem.token": "1" };
    const { "quorum.two_node": _gone, ...less } = more;
    expect(unlike(less, keysOf(render(spec())))).toEqual(["quorum.two_node", "totem.consensus", "totem.token"]);
  });

  it("read back gives every spec that a file can have", () => {
    fc.assert(
      fc.property(arbitrary, (more) => {
        const s = spec(more);
        expect(parse(textOf(keysOf(render(s))), spec())).toEqual(s);
        expect(unlike(keysOf(render(s)), keysOf(render(s)))).toEqual([]);
      }),
    );
  });
});

describe("corosync.conf", () => {
  it("read back gives the spec it was made from", () => {
    fc.assert(
      fc.property(arbitrary, fc.boolean(), (more, single) => {
        const s = single ? oneRing(more) : spec(more);
        // Read against a spec with other values: nothing may be taken from there.
        expect(parse(render(s), spec({ consensus: 9999, join: 77, maxMessages: 33 }))).toEqual(s);
      }),
    );
  });

  it("is what the lab is to have", () => {
    expect(render(spec())).toMatchInlineSnapshot(`
      "# Managed by qvd-ha; changes by hand show up as drift and are undone.
      totem {
      	version: 2
      	cluster_name: qvd-ha
      	transport: knet
      	link_mode: passive
      	crypto_cipher: aes256
      	crypto_hash: sha256
      	token: 5000
      	interface {
      		linknumber: 0
      		mcastport: 5405
      	}
      	interface {
      		linknumber: 1
      		mcastport: 5406
      	}
      }
      nodelist {
      	node {
      		name: qvddb1
      		nodeid: 1
      		ring0_addr: 172.20.64.91
      		ring1_addr: 192.168.0.91
      	}
      	node {
      		name: qvddb2
      		nodeid: 2
      		ring0_addr: 172.20.64.92
      		ring1_addr: 192.168.0.92
      	}
      }
      quorum {
      	provider: corosync_votequorum
      	two_node: 1
      	wait_for_all: 1
      }
      logging {
      	to_stderr: yes
      	to_logfile: no
      	to_syslog: yes
      	debug: off
      }
      "
    `);
  });

  it("keeps the last of a key that stands twice, and names the line that it cannot read", () => {
    expect(parse(render(spec()).replace("token: 5000", "token: 5000\n\ttoken: 9000"), spec()).token).toBe(9000);
    expect(() => parseConfig("totem {\n\tnonsense\n}")).toThrow("line 2");
    expect(() => parseConfig("totem {")).toThrow('"totem" does not end');
    expect(() => parseConfig("}")).toThrow("line 1");
  });

  it("shows Debian's packaged default as the foreign cluster that it is", () => {
    const packaged =
      "totem {\n\tversion: 2\n\tcluster_name: debian\n\tcrypto_cipher: none\n\tcrypto_hash: none\n}\nquorum {\n\tprovider: corosync_votequorum\n}\n" +
      "nodelist {\n\tnode {\n\t\tname: node1\n\t\tnodeid: 1\n\t\tring0_addr: 127.0.0.1\n\t}\n}\n";
    expect(parse(packaged, spec())).toMatchObject({
      clusterName: "debian",
      cryptoCipher: "none",
      nodes: { node1: { nodeId: 1, ring0: "127.0.0.1" } },
      twoNode: false,
    });
  });
});

describe("rules", () => {
  it("accept the lab", () => expect(rules(spec())).toEqual([]));

  it("want consent to a single ring", () => {
    expect(
      rules(oneRing())
        .map((f) => f.reason)
        .join(),
    ).toContain("oneRingConsent: true");
    expect(rules(oneRing({ oneRingConsent: true }))).toEqual([]);
  });

  it("name every fault at once, each at its property", () => {
    const s = schema.parse(
      input({
        nodes: {
          qvddb1: { nodeId: 1, ring0: "172.20.64.91", ring1: "172.20.64.93" },
          qvddb2: { nodeId: 1, ring0: "172.20.64.91" },
        },
        consensus: 5000,
        join: 1000,
        waitForAll: false,
        authkey: "QUJD",
      }),
    );
    expect(
      rules(s)
        .map((f) => f.property)
        .sort(),
    ).toEqual(["authkey", "consensus", "nodes", "nodes.qvddb2.nodeId", "nodes.qvddb2.ring0", "waitForAll"]);
    expect(JSON.stringify(rules(s))).not.toContain("QUJD");
  });

  it("bound the token", () => expect(schema.safeParse(input({ token: 100 })).success).toBe(false));
});

describe("what the daemons say", () => {
  // Recorded from two daemons of corosync 3.1.7 in two network namespaces.
  const recorded = (name: string): string => readFileSync(join(__dirname, "recorded", name), "utf8");
  it("of links", () => {
    expect(parseLinks(recorded("cfgtool-both-links"))).toEqual([true, true]);
    expect(parseLinks(recorded("cfgtool-one-link-down"))).toEqual([true, false]);
    // Debian 13, where they speak the same.
    expect(parseLinks(recorded("cfgtool-3.1.9-both-links"))).toEqual([true, true]);
    expect(parseLinks(recorded("cfgtool-3.1.9-one-link-down"))).toEqual([true, false]);
    expect(parseLinks("")).toEqual([]);
  });

  it("of nodes and resources", () => {
    const xml = `<pacemaker-result api-version="2.25" request="crm_mon --output-as=xml -1">
  <summary><current_dc present="true" version="2.1.5-a3f44794f94" name="qvddb1" id="1" with_quorum="true"/></summary>
  <nodes>
    <node name="qvddb1" id="1" online="true" standby="false" resources_running="1" type="member"/>
    <node name="qvddb2" id="2" online="false" standby="false" resources_running="0" type="member"/>
  </nodes>
  <resources>
    <resource id="p_ping" resource_agent="ocf:pacemaker:ping" role="Started" active="true" orphaned="false" nodes_running_on="1"><node name="qvddb1" id="1" cached="true"/></resource>
    <resource id="p_ip" resource_agent="ocf:heartbeat:IPaddr2" role="Stopped" active="false" orphaned="false" nodes_running_on="0"/>
  </resources>
</pacemaker-result>`;
    expect(parseMonitor(xml)).toEqual({ online: ["qvddb1"], running: ["p_ping"], promoted: [], quorate: true });
    expect(parseMonitor("")).toEqual({ online: [], running: [], promoted: [], quorate: false });
  });

  it("of units", () => {
    const text = (state: string) =>
      `Id=corosync.service\nActiveState=active\nUnitFileState=${state}\n\nId=pacemaker.service\nActiveState=inactive\nUnitFileState=enabled\n`;
    expect(parseUnits(text("enabled"))).toEqual({ corosync: true, pacemaker: false, enabled: true, masked: false });
    expect(parseUnits(text("masked"))).toMatchObject({ enabled: false, masked: true });
  });
});
