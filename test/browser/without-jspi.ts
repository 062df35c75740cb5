// Makes this browser one of those before: without promises in WebAssembly (JSPI), or without 64-bit memories, in workers too. Knows no engine.

/** Runs as text in workers, so it names nothing outside itself. */
function takeAwayJspi(): void {
  const names = WebAssembly as unknown as Record<string, unknown>;
  delete names.Suspending;
  delete names.promising;
}

/** Until `restore` is called. Workers whose script is a blob begin without JSPI too. */
export function withoutJspi(): () => void {
  const kept = { Suspending: Reflect.get(WebAssembly, "Suspending"), promising: Reflect.get(WebAssembly, "promising") };
  const { createObjectURL } = URL;
  takeAwayJspi();
  URL.createObjectURL = (blob: Blob) =>
    createObjectURL.call(
      URL,
      /javascript/.test(blob.type) ? new Blob([`(${takeAwayJspi})();\n`, blob], { type: blob.type }) : blob,
    );
  return () => {
    URL.createObjectURL = createObjectURL;
    Object.assign(WebAssembly, kept);
  };
}

/** Until `restore` is called: a memory of 64-bit addresses is refused as by a browser that knows none. */
export function withoutMemory64(): () => void {
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (Reflect.get(descriptor, "address") === "i64") throw new TypeError("address: i64 is not known");
      super(descriptor);
    }
  };
  return () => {
    WebAssembly.Memory = Memory;
  };
}
