import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { deployCommand, nodeConfCommand, renderNodeConf } from "@qvd-ha/providers/dist/qvd";

export interface QvdSchemaArgs {
  /** The QVD node. */
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly hostKey: string;
    readonly privateKey: pulumi.Input<string>;
  };
  /** Its `nodename`. */
  readonly nodeName: string;
  /** The database's name in /etc/hosts or DNS of the QVD node, or its address. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: pulumi.Input<string>;
  /** @default any */
  readonly schemaVersion?: string;
  readonly script: string;
}

/**
 * QVD's own part (HOWTO section 8.3): node.conf and the database schema, on a QVD node. Optional.
 * There is no state to track, so these are commands; success of the deployment is what the database tells, not what QVD's script says.
 */
export class QvdSchema extends pulumi.ComponentResource {
  constructor(name: string, args: QvdSchemaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("qvd:qvd:Schema", name, {}, opts);
    const { connection, nodeName, host, port, database, user, password, schemaVersion: version, script } = args;
    const target = { host, port, database, user, version, script };
    // The commands themselves hold no secret, so a preview may show them: what is secret goes on standard input.
    const secret = (of: (plain: string) => string): pulumi.Output<string> =>
      pulumi.secret(pulumi.output(password).apply(of));
    const conf = secret((p) => renderNodeConf({ nodename: nodeName, host, name: database, user, password: p }));
    const answer = secret((p) => deployCommand({ ...target, password: p }).stdin);
    const logging = command.remote.Logging.Stderr;
    const nodeConf = new command.remote.Command(
      `${name}-node-conf`,
      { connection, logging, create: nodeConfCommand("").create, stdin: conf, triggers: [conf] },
      { parent: this },
    );
    new command.remote.Command(
      `${name}-deployment`,
      { connection, logging, create: deployCommand({ ...target, password: "" }).create, stdin: answer },
      { parent: this, dependsOn: nodeConf },
    );
    this.registerOutputs({});
  }
}
