import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { domainStylesheet, networkStylesheet } from "../../../components/libvirtNode/stylesheet";

/** What xsltproc, which the provider runs, makes of the provider's XML. That libvirt takes the result is proved in the lab alone. Needs xsltproc. */
let dir: string;
beforeEach(() => (dir = mkdtempSync(join(tmpdir(), "stylesheet-"))));
afterEach(() => rmSync(dir, { recursive: true }));

function transform(stylesheet: string, xml: string): string {
  writeFileSync(join(dir, "style.xslt"), stylesheet);
  writeFileSync(join(dir, "in.xml"), xml);
  return execFileSync("xsltproc", ["--nonet", join(dir, "style.xslt"), join(dir, "in.xml")], { encoding: "utf8" });
}

const disk = (n: number): string =>
  `<disk type="volume" device="disk"><driver name="qemu" type="qcow2"/><source pool="default" volume="v${n}"/><target dev="vd${"abc"[n - 1]}" bus="virtio"/></disk>`;
const domain = `<domain type="qemu"><name>qvddb1</name><cpu mode="custom"/><devices>
  <graphics type="spice" autoport="yes"/>${disk(1)}${disk(2)}${disk(3)}</devices></domain>`;
const disks = (xml: string): string[] => xml.match(/<disk [\s\S]*?<\/disk>/g) ?? [];

const lab = { dataSerial: "qvddb1-data", unsafeCache: true, cpuModel: "qemu64", consoleFile: "/var/log/{a}&b.log" };

describe("the domain's stylesheet", () => {
  it("gives the serial to the data disk alone", () => {
    const [system, data, seed] = disks(transform(domainStylesheet(lab), domain));
    expect(data).toContain("<serial>qvddb1-data</serial>");
    expect(system).not.toContain("<serial>");
    expect(seed).not.toContain("<serial>");
  });

  it("makes the cloud-init disk raw and read-only, and leaves the others writable", () => {
    const [system, data, seed] = disks(transform(domainStylesheet(lab), domain));
    expect(seed).toMatch(/type="raw"[\s\S]*<readonly\/>/);
    for (const other of [system, data]) expect(other).not.toMatch(/raw|readonly/);
  });

  it("caches unsafely only where told to", () => {
    expect(disks(transform(domainStylesheet(lab), domain)).every((d) => d.includes(`cache="unsafe"`))).toBe(true);
    expect(transform(domainStylesheet({ ...lab, unsafeCache: false }), domain)).not.toContain("cache=");
  });

  it("adds watchdog, console and processor model, and takes graphics and HPET away", () => {
    const xml = transform(domainStylesheet(lab), domain);
    expect(xml).toContain(`<watchdog model="i6300esb" action="reset"/>`);
    expect(xml).toContain(`<source path="/var/log/{a}&amp;b.log" append="on"/>`);
    expect(xml).toContain("<model>qemu64</model>");
    expect(xml).toContain(`<timer name="hpet" present="no"/>`);
    expect(xml).not.toContain("graphics");
  });

  it("uses a pty and the mode alone by default", () => {
    const xml = transform(domainStylesheet({ dataSerial: "s", unsafeCache: false }), domain);
    expect(xml).toContain(`<serial type="pty">`);
    expect(xml).not.toContain("<model>");
  });
});

it("the network's stylesheet turns DNS off, once", () => {
  const xml = transform(
    networkStylesheet,
    `<network><name>lan</name><dns enable="yes"/><ip address="172.20.64.1"/></network>`,
  );
  expect(xml.match(/<dns /g)).toHaveLength(1);
  expect(xml).toContain(`<dns enable="no"/>`);
});
