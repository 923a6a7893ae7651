import { PolicyPack } from "@pulumi/policy";
import { rules } from "./rules";
import { serve } from "./serve";

new PolicyPack("qvd-ha", { policies: rules.map(serve) });
