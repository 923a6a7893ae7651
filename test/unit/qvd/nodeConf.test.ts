import fc from "fast-check";
import { deployCommand, parseProperties, renderNodeConf } from "../../../providers/qvd";

const conf = { nodename: "qvd1", host: "qvddb", name: "qvddb", user: "qvd", password: "Correct_Horse-7" };

test("the HOWTO's node.conf", () =>
  expect(renderNodeConf({ ...conf, logFilename: "/var/log/qvd.log" }))
    .toBe(`# Managed by qvd-ha: changes made here are taken back.
nodename = qvd1
database.host = qvddb
database.name = qvddb
database.user = qvd
database.password = Correct_Horse-7
log.filename = /var/log/qvd.log
`));

test("what is rendered is read back, whatever the values", () =>
  fc.assert(
    fc.property(
      fc.string().filter((v) => !v.includes("${")),
      fc.string({ unit: "grapheme" }).filter((v) => !v.includes("${")),
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((k) => !/^(nodename|database\.|log\.|path\.)/.test(k)),
        fc.string().filter((v) => !v.includes("${")),
        { noNullPrototype: true },
      ),
      (password, nodename, more) =>
        expect(parseProperties(renderNodeConf({ ...conf, nodename, password, more }))).toEqual({
          nodename,
          "database.host": "qvddb",
          "database.name": "qvddb",
          "database.user": "qvd",
          "database.password": password,
          ...more,
        }),
    ),
  ));

test("a value that QVD would expand is refused, and not shown", () =>
  expect(() => renderNodeConf({ ...conf, password: "a${b}" })).toThrow(/^database.password: QVD would expand "\$\{"/));

test("the deployment names no password and never forces", () => {
  const { create, stdin } = deployCommand({ host: "qvddb", database: "qvddb", user: "qvd", password: conf.password });
  expect(create).not.toContain(conf.password);
  expect(create).not.toContain("--force");
  expect(stdin).toBe(`${conf.password}\n`);
});
