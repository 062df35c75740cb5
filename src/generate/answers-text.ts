// Text of a file of answers, which a runner that was killed may have ended inside of a character. Knows no file and no line's form.

import { decodeUtf8 } from "../base/utf8.ts";

/** As `decodeUtf8`, but that the last line alone may hold what is no UTF-8: it is cut off, and those before it count. */
export function answersText(bytes: Uint8Array<ArrayBuffer>, file: string): string {
  try {
    return decodeUtf8(bytes, file);
  } catch (error) {
    const whole = bytes.subarray(0, bytes.lastIndexOf(lineFeed) + 1);
    if (whole.length === 0 || !isUtf8(whole)) throw error;
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }
}

const lineFeed = 0x0a;

function isUtf8(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
