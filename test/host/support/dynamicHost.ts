import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";

/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-explicit-any -- Pulumi ships its protocol as untyped JavaScript */
const proto = require("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");

const ROOT = join(__dirname, "..", "..", "..");

/** What the engine sends as the provider: the text that `providers/dynamic.ts` serialises to, for one kind. */
const stub = (kind: string): string => `exports.handler = () => { const kind = ${JSON.stringify(kind)}; return {
  check: async (o, n) => require("@qvd-ha/providers").check(kind, n),
  create: async (i) => require("@qvd-ha/providers").create(kind, i),
  read: async (id, p) => require("@qvd-ha/providers").read(kind, id, p),
  update: async (id, o, n) => require("@qvd-ha/providers").update(kind, n),
  delete: async (id, p) => require("@qvd-ha/providers").remove(kind, p) }; };`;

const URN = "urn:pulumi:test::qvd-ha::pulumi-nodejs:dynamic:Resource::test";

/** Pulumi's dynamic host as a process of its own, driven over gRPC as the engine does it, without the engine. */
export class DynamicHost {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: any,
    /** Everything the process has printed. */
    readonly log: string[],
  ) {}

  static start(): Promise<DynamicHost> {
    const entry = join(ROOT, "node_modules/@pulumi/pulumi/cmd/dynamic-provider");
    const child = spawn("node", [entry, "127.0.0.1:1"], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    const log: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (d: string) => log.push(d));
    return new Promise((resolve, reject) => {
      child
        .once("error", reject)
        .once("exit", (code) => reject(new Error(`the dynamic host ended with ${code}: ${log.join("")}`)));
      child.stdout.setEncoding("utf8").on("data", (d: string) => {
        log.push(d);
        const port = /^(\d+)\s/.exec(log.join(""))?.[1];
        if (port)
          resolve(
            new DynamicHost(
              child,
              new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure()),
              log,
            ),
          );
      });
    });
  }

  stop(): void {
    this.client.close();
    this.process.removeAllListeners("exit");
    this.process.kill("SIGKILL");
  }

  private call(method: string, request: any): Promise<any> {
    return new Promise((resolve, reject) =>
      this.client[method](request, (e: Error | null, r: any) => (e ? reject(e) : resolve(r))),
    );
  }

  private struct(kind: string, props: object): any {
    return Struct.fromJavaScript({ ...props, __provider: stub(kind) });
  }

  async check(kind: string, news: object): Promise<{ inputs: any; failures: { property: string; reason: string }[] }> {
    const request = new proto.CheckRequest();
    request.setUrn(URN);
    request.setNews(this.struct(kind, news));
    request.setOlds(Struct.fromJavaScript({}));
    const response = await this.call("check", request);
    return { inputs: response.getInputs()?.toJavaScript(), failures: response.toObject().failuresList };
  }

  async create(kind: string, props: object): Promise<{ id: string; outs: any }> {
    const request = new proto.CreateRequest();
    request.setUrn(URN);
    request.setProperties(this.struct(kind, props));
    const response = await this.call("create", request);
    return { id: response.getId(), outs: response.getProperties().toJavaScript() };
  }

  async read(kind: string, id: string, props: object): Promise<{ id: string; outs: any; inputs: any }> {
    const request = new proto.ReadRequest();
    request.setUrn(URN);
    request.setId(id);
    request.setProperties(this.struct(kind, props));
    const response = await this.call("read", request);
    return {
      id: response.getId(),
      outs: response.getProperties()?.toJavaScript(),
      inputs: response.getInputs()?.toJavaScript(),
    };
  }

  async remove(kind: string, id: string, props: object): Promise<void> {
    const request = new proto.DeleteRequest();
    request.setUrn(URN);
    request.setId(id);
    request.setProperties(this.struct(kind, props));
    await this.call("delete", request);
  }
}
