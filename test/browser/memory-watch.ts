// Counts what the page's code takes of memory outside JavaScript's heap: WebAssembly memories and workers. Import it before what it watches.

const memories: WeakRef<WebAssembly.Memory>[] = [];
const workers = new Set<Worker>();

WebAssembly.Memory = class extends WebAssembly.Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(new WeakRef(this));
  }
};

globalThis.Worker = class extends Worker {
  constructor(address: string | URL, options?: WorkerOptions) {
    super(address, options);
    workers.add(this);
  }
  override terminate(): void {
    workers.delete(this);
    super.terminate();
  }
};

/** Bytes of all WebAssembly memories that the page made and still holds. Those of workers are freed with the worker. */
export function heapBytes(): number {
  return memories.reduce((sum, memory) => sum + (memory.deref()?.buffer.byteLength ?? 0), 0);
}

/** Made and not yet terminated. */
export const runningWorkers = (): number => workers.size;
