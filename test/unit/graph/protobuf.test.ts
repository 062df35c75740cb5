// Protobuf's wire format, byte by byte. Expected bytes: the encoding guide's own examples (protobuf.dev/programming-guides/encoding).

import { describe, expect, it } from "vitest";
import { Message } from "../../../src/graph/protobuf.ts";

const hex = (message: Message) => Array.from(message.finish(), (b) => b.toString(16).padStart(2, "0")).join(" ");

describe("a message", () => {
  it("writes integers as varints", () => {
    expect(hex(new Message().integer(1, 150))).toBe("08 96 01");
    expect(hex(new Message().integer(1, 0))).toBe("08 00");
    expect(hex(new Message().integer(1, -2))).toBe("08 fe ff ff ff ff ff ff ff ff 01");
    expect(hex(new Message().integer(20, 1))).toBe("a0 01 01"); // a field above 15 takes two bytes
  });

  it("writes text, bytes and messages with their length", () => {
    expect(hex(new Message().text(2, "testing"))).toBe("12 07 74 65 73 74 69 6e 67");
    expect(hex(new Message().message(3, new Message().integer(1, 150)))).toBe("1a 03 08 96 01");
    expect(hex(new Message().text(1, "é"))).toBe("0a 02 c3 a9");
    expect(hex(new Message().bytes(1, new Uint8Array(200))).slice(0, 11)).toBe("0a c8 01 00");
  });

  it("writes floats in four bytes, little-endian", () => {
    expect(hex(new Message().float(2, 1))).toBe("15 00 00 80 3f");
  });
});
