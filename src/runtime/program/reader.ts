// Numbers on their way back from a GPU: copied within a submit, there once it is done. Knows no model.

export interface Reader {
  /** Encodes a copy of so many bytes; `read` gives them after the submit. Several may be on their way. */
  copy(encoder: GPUCommandEncoder, from: GPUBuffer, offset: number, bytes: number): () => Promise<Float32Array<ArrayBuffer>>;
  close(): void;
}

export function reader(device: GPUDevice): Reader {
  const free: GPUBuffer[] = [];
  const busy = new Set<GPUBuffer>();
  return {
    copy(encoder, from, offset, bytes) {
      const at = free.findIndex(({ size }) => size >= bytes && size <= 2 * bytes + 256);
      const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
      const buffer = at < 0 ? device.createBuffer({ size: bytes, usage }) : (free.splice(at, 1)[0] as GPUBuffer);
      busy.add(buffer);
      encoder.copyBufferToBuffer(from, offset, buffer, 0, bytes);
      return async () => {
        await buffer.mapAsync(GPUMapMode.READ, 0, bytes);
        const data = new Float32Array(buffer.getMappedRange(0, bytes).slice(0));
        buffer.unmap();
        busy.delete(buffer);
        free.push(buffer);
        // Weights and logits are large and come seldom.
        while (free.length > mostFree) free.shift()?.destroy();
        return data;
      };
    },
    close() {
      for (const buffer of [...free, ...busy]) buffer.destroy();
    },
  };
}

const mostFree = 4;
