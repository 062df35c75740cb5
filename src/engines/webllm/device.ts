// The graphics device that WebLLM makes and keeps to itself: seen as it is made, so that its loss ends what waits for it. Knows no model.

/** Runs `work` and gives the devices that were asked for meanwhile, in this page or worker. */
export async function devicesOf(work: () => Promise<void>): Promise<readonly GPUDevice[]> {
  const adapter = (globalThis as { GPUAdapter?: { prototype: GPUAdapter } }).GPUAdapter?.prototype;
  const devices: GPUDevice[] = [];
  if (!adapter) {
    await work(); // it will say that there is no WebGPU
    return devices;
  }
  const { requestDevice } = adapter;
  adapter.requestDevice = async function (this: GPUAdapter, ...options) {
    const device = await requestDevice.apply(this, options);
    devices.push(device);
    return device;
  };
  try {
    await work();
  } finally {
    adapter.requestDevice = requestDevice;
  }
  return devices;
}

/** The stream, until it ends or one of the devices is lost: then an error of that name, though the stream may never answer again. */
export async function* untilLost<T>(
  stream: AsyncIterable<T>,
  devices: readonly Pick<GPUDevice, "lost">[],
): AsyncGenerator<T, void> {
  const items = stream[Symbol.asyncIterator]();
  let lost = false;
  const loss = Promise.race(devices.map((device) => device.lost)).then(({ message }) => {
    lost = true;
    throw Object.assign(new Error(`the device was lost: ${message || "no reason given"}`), { name: "DeviceLostError" });
  });
  loss.catch(() => undefined); // it may come long after the stream ended
  try {
    for (;;) {
      const next = await Promise.race([items.next(), loss]);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    if (!lost) await items.return?.();
  }
}
