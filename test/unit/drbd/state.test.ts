import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseShow, sameValue } from "../../../providers/drbd/running";
import { parseProc, parseStatus } from "../../../providers/drbd/state";
import { lastingPath, parseDisks, sameSerial } from "../../../providers/drbd/disk";

const recorded = (name: string): string => readFileSync(join(__dirname, "recorded", name), "utf8");

describe("state of the resource", () => {
  it("from /proc/drbd of 8.4.11, fresh and connected", () => {
    expect(parseProc(recorded("proc-8.4-fresh"), 1)).toEqual({
      connection: "Connected",
      connected: true,
      role: "Secondary",
      peerRole: "Secondary",
      disk: "Inconsistent",
      peerDisk: "Inconsistent",
    });
    expect(parseProc(recorded("proc-8.4-fresh"), 0)).toBeUndefined();
  });

  it.each([
    [" 0: cs:StandAlone ro:Primary/Unknown ds:UpToDate/DUnknown r-----", false, "DUnknown"],
    [" 0: cs:SyncSource ro:Primary/Secondary ds:UpToDate/Inconsistent C r-----", true, "Inconsistent"],
    [" 0: cs:WFConnection ro:Secondary/Unknown ds:UpToDate/Outdated C r-----", false, "Outdated"],
  ])("%s", (line, connected, peerDisk) => {
    expect(parseProc(line, 0)).toMatchObject({ connected, peerDisk, disk: "UpToDate" });
  });

  it("is none where the device is not configured", () => {
    expect(parseProc(" 0: cs:Unconfigured", 0)).toBeUndefined();
  });

  it("from drbdsetup status --json of DRBD 9", () => {
    expect(parseStatus(recorded("status-9.json"), "alpha-vm-101-disk-0")).toEqual({
      connection: "Connected",
      connected: true,
      role: "Secondary",
      peerRole: "Primary",
      disk: "UpToDate",
      peerDisk: "UpToDate",
    });
    expect(parseStatus(recorded("status-9.json"), "postgres")).toBeUndefined();
    expect(parseStatus("", "postgres")).toBeUndefined();
  });
});

describe("running options", () => {
  // The nesting is that of print_options() in drbdsetup of each dialect.
  const v84 = `resource postgres {
    options { cpu-mask ""; # default
    }
    net { protocol C; cram-hmac-alg "sha256"; }
    _remote_host { address ipv4 192.168.0.92:7789; }
    _this_host {
        address ipv4 192.168.0.91:7789;
        volume 0 { device minor 0; disk "/dev/vdb"; meta-disk internal; disk { on-io-error detach; c-max-rate 102400k; # bytes/second
        } }
    }
}`;
  const v9 = `resource "postgres" {
    options { auto-promote no; }
    _this_host { node-id 0; volume 0 { device minor 0; disk "/dev/vdb"; meta-disk internal; disk { on-io-error detach; } } }
    connection { _peer_node_id 1; path { _this_host ipv4 192.168.0.91:7789; _remote_host ipv4 192.168.0.92:7789; }
        net { protocol C; cram-hmac-alg "sha256"; } volume 0 { disk { c-max-rate 102400k; } } }
}`;
  it.each([
    ["8.4", v84],
    ["9", v9],
  ])("of dialect %s", (_, text) => {
    const r = parseShow(text, "postgres");
    expect(r.net).toEqual({ protocol: "C", "cram-hmac-alg": "sha256" });
    expect(r.disk).toEqual({ "on-io-error": "detach", "c-max-rate": "102400k" });
  });

  it.each([
    ["100M", "102400k", true],
    ["100M", "102400", false],
    ["4096", "4096k", true],
    ["detach", "detach", true],
    ["detach", "pass_on", false],
    ["10", "11", false],
  ])("%s and %s: %s", (a, b, same) => expect(sameValue(a, b)).toBe(same));
});

describe("disks", () => {
  const lsblk = (b: object[]): string => `@lsblk\n${JSON.stringify({ blockdevices: b })}\n`;
  const vdb = {
    name: "vdb",
    path: "/dev/vdb",
    serial: "qvddb1-data",
    size: 2147483648,
    type: "disk",
    ro: false,
    mountpoints: [null],
  };

  it("are found by serial alone, cut by virtio where it is long", () => {
    expect(sameSerial("qvddb1-data", "qvddb1-data")).toBe(true);
    expect(sameSerial("a-serial-number-longer-than-20", "a-serial-number-long")).toBe(true);
    expect(sameSerial("qvddb1-data", "qvddb1")).toBe(false);
  });

  it("tell what is upon them", () => {
    const text =
      lsblk([
        {
          ...vdb,
          children: [
            {
              path: "/dev/vdb1",
              type: "part",
              size: 1,
              ro: false,
              mountpoints: ["/srv"],
              children: [{ path: "/dev/mapper/x", type: "lvm", size: 1, ro: false, mountpoints: ["[SWAP]"] }],
            },
          ],
        },
      ]) +
      "@links\nvirtio-qvddb1-data ../../vdb\nvirtio-qvddb1-data-part1 ../../vdb1\n@holders\n@signatures\n" +
      '{"signatures":[{"device":"vdb","offset":"0x1fe","type":"dos","uuid":null,"label":null}]}\n';
    const disk = parseDisks("qvddb1-data", text).found[0];
    expect(disk).toMatchObject({
      path: "/dev/vdb",
      partitions: ["/dev/vdb1"],
      uses: ["/dev/vdb1 is mounted on /srv", "/dev/mapper/x (lvm) is upon /dev/vdb1", "/dev/mapper/x is swap"],
      signatures: [{ type: "dos", offset: 510 }],
    });
    expect(disk && lastingPath(disk, "qvddb1-data")).toBe("/dev/disk/by-id/virtio-qvddb1-data");
  });

  it("have DRBD's metadata with its generation", () => {
    const text = `${lsblk([vdb])}@links\n@holders\n@signatures\n{"signatures":[{"device":"vdb","offset":"0x7ffff03c","type":"drbd","uuid":"f8c4edff90eeab19","label":null}]}\n@metadata\nv08 0000000000000004:0000000000000000:0000000000000000:0000000000000000:0:0:0:0:0:0:0\n@zeros\ndata 4096\n`;
    expect(parseDisks("qvddb1-data", text).found[0]).toMatchObject({
      metadata: { format: "v08", currentUuid: "0000000000000004" },
      zeros: { kind: "data", offset: 4096 },
    });
  });

  it("that are missing are answered with those there are", () => {
    expect(parseDisks("other", lsblk([vdb, { ...vdb, serial: null }]))).toEqual({
      found: [],
      serials: ["qvddb1-data"],
    });
  });
});
