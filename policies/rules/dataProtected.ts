import type { Resource, ResourcePolicy } from "../policy";
import { DATA_DIRECTORY, known, REPLICATION, VOLUME } from "../resource";

/** A volume made from an image can be made again. */
const isData = (resource: Resource): boolean =>
  resource.type !== VOLUME || (resource.props.baseVolumeId === undefined && resource.props.source === undefined);

export const dataProtected: ResourcePolicy = {
  name: "data-protected",
  description: "What holds the database's data is protected, and destroying the stack keeps the data.",
  types: [REPLICATION, DATA_DIRECTORY, VOLUME],
  configSchema: {
    properties: {
      disposable: {
        type: "boolean",
        default: false,
        description: "Whether this stack's data is made to be thrown away.",
      },
    },
  },
  judge: (resource, { disposable }) => {
    if (disposable === true || !isData(resource)) return [];
    const destroys = resource.type === REPLICATION && known(resource, "dataPolicy") === "destroy";
    return [
      ...(destroys ? ["dataPolicy is destroy: pulumi destroy would wipe both disks; use keep"] : []),
      ...(resource.protect ? [] : ["is not protected: Pulumi would delete or replace it where the program says so"]),
    ];
  },
};
