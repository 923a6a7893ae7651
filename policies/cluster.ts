import type { Configuration } from "@qvd-ha/providers/dist/pacemaker/spec";
import { pacemakerSchema } from "@qvd-ha/providers/dist/pacemaker/spec";
import type { Resource } from "./policy";
import { known } from "./resource";

/** The CIB as it is to be, brought to one form: a preview shows it as the program wrote it, an update as the provider takes it. @throws NotKnown */
export function configurationOf(resource: Resource): Configuration {
  const part = (property: string): unknown => known(resource, property) ?? {};
  return pacemakerSchema.parse({
    connections: {},
    properties: part("properties"),
    resourceDefaults: part("resourceDefaults"),
    operationDefaults: part("operationDefaults"),
    elements: part("elements"),
  });
}
