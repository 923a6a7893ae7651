import type {
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import type { AnyPolicy, Config, MarksPolicy, Resource, ResourcePolicy, StackPolicy } from "./policy";
import { NotKnown } from "./policy";
import { plain } from "./resource";

type Served = ResourceValidationPolicy | StackValidationPolicy;

const resourceOf = ({ type, name, urn, props, opts }: ResourceValidationArgs | PolicyResource): Resource => ({
  type,
  name,
  urn,
  props: plain(props) as Record<string, unknown>,
  protect: opts.protect,
});

/** The SDK says that a policy waits for a value when the value is touched; so it is touched. */
function untilKnown<T>(resources: readonly (ResourceValidationArgs | PolicyResource)[], judge: () => T): T {
  try {
    return judge();
  } catch (e) {
    if (e instanceof NotKnown)
      e.path.reduce<unknown>(
        (v, key) => (v as Record<string, unknown>)[key],
        resources.find((r) => r.urn === e.urn)?.props,
      );
    throw e;
  }
}

const about = ({ name, description, level = "mandatory", configSchema }: AnyPolicy) => ({
  name,
  description,
  enforcementLevel: level,
  ...(configSchema ? { configSchema } : {}),
});

const serveResource = (policy: ResourcePolicy): ResourceValidationPolicy => ({
  ...about(policy),
  validateResource: (args, report) => {
    if (!policy.types.includes(args.type)) return;
    const found = untilKnown([args], () => policy.judge(resourceOf(args), args.getConfig<Config>()));
    for (const message of found) report(message);
  },
});

const serveStack = (policy: StackPolicy): StackValidationPolicy => ({
  ...about(policy),
  validateStack: (args, report) => {
    const { resources } = args;
    const found = untilKnown(resources, () => policy.judgeStack(resources.map(resourceOf), args.getConfig<Config>()));
    for (const { message, urn } of found) report(message, urn);
  },
});

/**
 * The SDK shows the marks of secrets to remediations alone, and lets validations alone report. So the remediation, which the engine asks first,
 * looks and changes nothing, and the validation of the same resource reports what it saw.
 */
function serveMarks(policy: MarksPolicy): ResourceValidationPolicy {
  const seen = new Map<string, readonly string[]>();
  return {
    ...about(policy),
    enforcementLevel: "remediate",
    remediateResource: ({ urn, type, props }) => {
      seen.set(urn, policy.judgeMarks(type, plain(props) as Record<string, unknown>));
    },
    validateResource: ({ urn }, report: ReportViolation) => {
      const found = seen.get(urn) ?? ["cannot be judged: this policy works with the level remediate, or disabled"];
      seen.delete(urn);
      for (const message of found) report(message);
    },
  };
}

/** A policy as the SDK takes it. */
export function serve(policy: AnyPolicy): Served {
  if ("judgeStack" in policy) return serveStack(policy);
  return "judgeMarks" in policy ? serveMarks(policy) : serveResource(policy);
}
