import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "@qvd-ha/providers/dist/remote";
import { quote } from "@qvd-ha/providers/dist/remote";
import { open } from "@qvd-ha/providers/dist/remote/ssh";
import { now } from "../ledger/entry";
import type { Configuration } from "./configuration";
import { parseConfiguration } from "./configuration";
import type { RawSample } from "./sample";
import { parseSample, samplerScript } from "./sample";

export interface WatchOptions {
  readonly address: string;
  readonly port: number;
  /** Seconds between two samples. Default: 1. */
  readonly periodSeconds?: number;
}

const CONNECT_SECONDS = 15;
const PAUSE_MS = 3_000;
/** A node that says nothing for so many milliseconds is taken for gone, and is asked for a new connection. */
const SILENT_MS = 10_000;
const SILENT_PERIODS = 5;

/** Milliseconds from a connection to its first sample, on an emulated guest that has other work. */
const FIRST_MS = 12_000;

const silenceOf = (periodSeconds: number): number => Math.max(SILENT_MS, periodSeconds * SILENT_PERIODS * 1000);

/** The longest time in milliseconds without a sample of a node that is up: its connection broke, that was noticed, and it was asked for a new one. */
export const longestSilence = (periodSeconds: number): number =>
  silenceOf(periodSeconds) + PAUSE_MS + CONNECT_SECONDS * 1000 + FIRST_MS;

/** Samples one node as long as it is asked to, over one connection at a time. Never throws: a node may die, that is what drills are for. */
export class NodeWatch {
  readonly samples: RawSample[] = [];
  private stream = 0;
  private readonly stopping = new AbortController();
  private readonly done: Promise<void>;

  constructor(
    readonly node: string,
    private readonly connection: Connection,
    private readonly options: WatchOptions,
  ) {
    this.done = this.loop();
  }

  /** The newest sample, if it is fresh. */
  get latest(): RawSample | undefined {
    const last = this.samples.at(-1);
    return last && now() - last.arrived < this.silence ? last : undefined;
  }

  stop(): Promise<void> {
    this.stopping.abort();
    return this.done;
  }

  /** Seconds between two samples. */
  get period(): number {
    return this.options.periodSeconds ?? 1;
  }

  private get silence(): number {
    return silenceOf(this.period);
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.follow().catch(() => undefined);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  private async follow(): Promise<void> {
    const client = await open(this.connection, CONNECT_SECONDS);
    const script = samplerScript(this.options.address, this.options.port, this.period).text;
    const stream = ++this.stream;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(silent);
        this.stopping.signal.removeEventListener("abort", end);
        client.destroy();
        resolve();
      };
      let silent = setTimeout(end, this.silence + CONNECT_SECONDS * 1000);
      this.stopping.signal.addEventListener("abort", end);
      if (this.stopping.signal.aborted) return end();
      client.on("error", end).on("close", end);
      client.exec(`exec bash -c ${quote(script)}`, (e, channel) => {
        if (e) return end();
        let rest = "";
        let configuration: Configuration | undefined;
        channel.stderr.resume();
        channel.on("close", end).setEncoding("utf8");
        channel.on("data", (text: string) => {
          const lines = (rest + text).split("\n");
          rest = lines.pop() ?? "";
          clearTimeout(silent);
          silent = setTimeout(end, this.silence);
          for (const line of lines) {
            configuration = parseConfiguration(line) ?? configuration;
            const sample = parseSample(line, this.node, stream, now(), configuration);
            if (sample) this.samples.push(sample);
          }
        });
      });
    });
  }
}
