/** A test that builds on those before it in its file: after one has failed the rest would only fail for the same reason, after minutes. */
let failed = false;

export const step = (name: string, work: () => Promise<void>, timeout: number): void =>
  test(
    name,
    async () => {
      if (failed) throw new Error("an earlier step failed");
      try {
        await work();
      } catch (e) {
        failed = true;
        throw e;
      }
    },
    timeout,
  );
