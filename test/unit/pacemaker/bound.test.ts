import { failoverBound } from "../../../providers/pacemaker/bound";
import { pacemakerSchema } from "../../../providers/pacemaker/spec";
import { howto, howtoInput } from "./howto";

const at = { clone: "ms_drbd_postgres", group: "g_postgres", tokenMs: 5000 };

test("the HOWTO's timers give the 270 s of its footnote, and stay below QVD's limit with membership and fencing", () => {
  const bound = failoverBound({ ...at, configuration: howto() });
  expect(bound.howto).toBe(270);
  expect(bound.total).toBe(270 + 11 + 60);
  expect(bound.terms.reduce((s, t) => s + t.seconds, 0)).toBe(bound.total);
  expect(bound.finding).toBeUndefined();
});

test("at QVD's limit it is refused, and the longest terms are named", () => {
  const configuration = pacemakerSchema.parse({ ...howtoInput, properties: { "stonith-timeout": "109s" } });
  const bound = failoverBound({ ...at, configuration });
  expect(bound.total).toBe(390);
  expect(bound.finding?.reason).toMatch(/may take 390 s.*fence the node 109 s \(properties.stonith-timeout\)/);
  const shorter = pacemakerSchema.parse({ ...howtoInput, properties: { "stonith-timeout": "108s" } });
  expect(failoverBound({ ...at, configuration: shorter }).finding).toBeUndefined();
});

test("a device's own time-out counts instead of the cluster's, delays are added, defaults are Pacemaker's", () => {
  const input = structuredClone(howtoInput) as unknown as {
    elements: Record<string, { params?: Record<string, string>; operations?: unknown[] }>;
  };
  input.elements["p_fence_qvddb1"]!.params!["pcmk_reboot_timeout"] = "90";
  input.elements["p_fence_qvddb2"]!.params!["pcmk_delay_base"] = "3s";
  input.elements["p_ip_postgres"]!.operations = [];
  const configuration = pacemakerSchema.parse({ ...input, properties: { "priority-fencing-delay": "5s" } });
  const terms = failoverBound({ ...at, configuration }).terms.map((t) => `${t.what}: ${t.seconds} (${t.source})`);
  expect(terms).toContain("fence the node: 90 (elements.p_fence_qvddb1.params.pcmk_reboot_timeout)");
  expect(terms).toContain("wait before fencing: 5 (properties.priority-fencing-delay)");
  expect(terms).toContain("wait before fencing: 3 (pcmk_delay_max, pcmk_delay_base)");
  expect(terms).toContain("start p_ip_postgres: 20 (Pacemaker's default timeout)");
});

test("what comes after the server in the group delays no client: it must only be stopped before", () => {
  const input = structuredClone(howtoInput) as unknown as { elements: Record<string, { members?: string[] }> };
  input.elements["g_postgres"]!.members!.push("p_mailto");
  const elements = {
    ...input.elements,
    p_mailto: {
      kind: "primitive",
      agent: "ocf:heartbeat:MailTo",
      operations: [
        { name: "start", timeout: 8 },
        { name: "stop", timeout: 7 },
        { name: "monitor", interval: 1, timeout: 1 },
      ],
    },
  };
  const configuration = pacemakerSchema.parse({ ...input, elements });
  const without = failoverBound({ ...at, configuration: howto() });
  const bound = failoverBound({ ...at, configuration, service: "p_postgres" });
  expect(bound.total).toBe(without.total + 7);
  expect(bound.terms.map((t) => t.what)).toContain("notice that p_postgres failed");
});
