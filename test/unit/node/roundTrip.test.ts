import fc from "fast-check";
import { readBlock, withBlock } from "../../../providers/node/block";
import { parseRecord, renderRecord } from "../../../providers/node/record";
import * as files from "../../../providers/node/render";
import type { NodeSpec } from "../../../providers/node/spec";
import { schema } from "../../../providers/node/spec";
import { specOf } from "../support/arbitrary";

/** Whatever the schema takes, the files say, and are read as it again. */
const any: fc.Arbitrary<NodeSpec> = specOf(schema, { connections: fc.constant({}) });

const check = (what: (s: NodeSpec) => void): void => fc.assert(fc.property(any, what));

test("/etc/hosts, our block of it, in a file of the machine's own", () => {
  check((s) => {
    const text = files.hostsFile("127.0.0.1 localhost\n", s);
    expect(files.parseHosts(readBlock(text) ?? [])).toEqual(s.hosts);
    expect(text).toContain("127.0.0.1 localhost");
    expect(withBlock(text, files.renderHosts(s.hosts))).toBe(text);
  });
});

test("chrony's sources", () =>
  check((s) => expect(files.parseChrony(files.chronyFile(s.time.servers))).toEqual(s.time.servers)));

test("apt's sources", () =>
  check((s) => {
    if (s.repository) expect(files.parseRepository(files.renderRepository(s.repository))).toEqual(s.repository.lines);
  }));

test(".pgpass is one line, and has every field", () =>
  check((s) => {
    if (!s.pgpass) return;
    const line = files.renderPgpass(s.pgpass);
    expect(line.split("\n")).toHaveLength(2);
    expect(files.parsePgpass(line)).toEqual(s.pgpass);
  }));

test("the record of how the machine was found", () =>
  check((s) => {
    const found = { enabled: s.unitsOff, hosts: files.renderHosts(s.hosts) };
    expect(parseRecord(renderRecord(found))).toEqual(found);
  }));
