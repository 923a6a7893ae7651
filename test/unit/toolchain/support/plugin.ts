import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";

/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-explicit-any -- Pulumi ships its protocol as untyped JavaScript */
const proto = require("@pulumi/pulumi/proto/provider_pb");
const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
const { Empty } = require("google-protobuf/google/protobuf/empty_pb");

const PLUGIN = join(__dirname, "../../../../tools/toolchain/command/pulumi-resource-command");
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export type Properties = Record<string, unknown>;
export const secret = (value: unknown): Properties => ({ [SIGNATURE]: SECRET, value });
const urn = (type: string): string => `urn:pulumi:test::qvd-ha::${type}::it`;

/** The command plugin as a process of its own, between a client that plays the engine's calls and a log that plays its screen. */
export class CommandPlugin {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: any,
    private readonly engine: grpc.Server,
    /** The lines shown at resources. */
    readonly shown: string[],
  ) {}

  static async start(): Promise<CommandPlugin> {
    const shown: string[] = [];
    const engine = new grpc.Server();
    const unused = (_: unknown, done: grpc.sendUnaryData<unknown>): void => done({ code: grpc.status.UNIMPLEMENTED });
    engine.addService(EngineService, {
      ...Object.fromEntries(Object.keys(EngineService).map((method) => [method, unused])),
      log: (call: any, done: grpc.sendUnaryData<unknown>) => {
        shown.push(call.request.getMessage());
        done(null, new Empty());
      },
    });
    const bind = promisify(engine.bindAsync.bind(engine));
    const enginePort = await bind("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
    const child = spawn(PLUGIN, [`127.0.0.1:${enginePort}`], { stdio: ["pipe", "pipe", "inherit"] });
    const port = await new Promise<string>((resolve, reject) => {
      child.once("error", reject);
      child.stdout.setEncoding("utf8").once("data", (line: string) => resolve(line.trim()));
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    return new CommandPlugin(child, client, engine, shown);
  }

  /** As the engine ends a plugin: its stdin closes. Resolves when the process is gone. */
  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.process.once("exit", resolve));
    this.client.close();
    this.process.stdin?.end();
    await gone;
    this.engine.forceShutdown();
  }

  /** What the engine sends to every plugin on Ctrl-C. */
  async cancel(): Promise<void> {
    await this.call("cancel", new Empty());
  }

  async check(type: string, news: Properties): Promise<{ property: string; reason: string }[]> {
    const req = new proto.CheckRequest();
    req.setUrn(urn(type));
    req.setOlds(Struct.fromJavaScript({}));
    req.setNews(Struct.fromJavaScript(news));
    return (await this.call("check", req)).toObject().failuresList;
  }

  async diff(type: string, olds: Properties, news: Properties): Promise<{ changes: boolean; replaces: string[] }> {
    const req = new proto.DiffRequest();
    req.setId("it");
    req.setUrn(urn(type));
    req.setOlds(Struct.fromJavaScript(olds));
    req.setNews(Struct.fromJavaScript(news));
    const res = await this.call("diff", req);
    return { changes: res.getChanges() === proto.DiffResponse.DiffChanges.DIFF_SOME, replaces: res.getReplacesList() };
  }

  async create(type: string, inputs: Properties): Promise<Properties> {
    const req = new proto.CreateRequest();
    req.setUrn(urn(type));
    req.setProperties(Struct.fromJavaScript(inputs));
    return (await this.call("create", req)).getProperties().toJavaScript();
  }

  async update(type: string, olds: Properties, news: Properties): Promise<Properties> {
    const req = new proto.UpdateRequest();
    req.setId("it");
    req.setUrn(urn(type));
    req.setOlds(Struct.fromJavaScript(olds));
    req.setNews(Struct.fromJavaScript(news));
    return (await this.call("update", req)).getProperties().toJavaScript();
  }

  private call(method: string, req: unknown): Promise<any> {
    return new Promise((resolve, reject) =>
      this.client[method](req, (e: Error | null, res: unknown) => (e ? reject(e) : resolve(res))),
    );
  }
}
