// A stream that ends when its device is lost, though it would never answer again by itself.

import { expect, it } from "vitest";
import { untilLost } from "../../../../src/engines/webllm/device.ts";

const never = new Promise<never>(() => undefined);

async function* counting(onReturn: () => void, hangAt = Number.POSITIVE_INFINITY) {
  try {
    for (let i = 0; ; i++) {
      if (i === hangAt) await never;
      yield i;
    }
  } finally {
    onReturn();
  }
}

it("passes what comes, and tells the stream when its reader leaves", async () => {
  let returned = 0;
  const seen: number[] = [];
  for await (const i of untilLost(
    counting(() => returned++),
    [{ lost: never }],
  )) {
    seen.push(i);
    if (i === 2) break;
  }
  expect(seen).toEqual([0, 1, 2]);
  expect(returned).toBe(1);
});

it("fails by name when the device is lost while the stream hangs", async () => {
  let lose: (info: GPUDeviceLostInfo) => void = () => undefined;
  const lost = new Promise<GPUDeviceLostInfo>((resolve) => {
    lose = resolve;
  });
  const stream = untilLost(
    counting(() => undefined, 1),
    [{ lost }],
  );
  expect((await stream.next()).value).toBe(0);
  const next = stream.next();
  lose({ message: "the driver restarted", reason: "unknown" } as GPUDeviceLostInfo);
  await expect(next).rejects.toMatchObject({ name: "DeviceLostError", message: /driver restarted/ });
});

it("has no say where there is no device", async () => {
  const finite = (async function* () {
    yield 1;
  })();
  const seen = [];
  for await (const i of untilLost(finite, [])) seen.push(i);
  expect(seen).toEqual([1]);
});
