// A map as an SVG or a PNG file, on white, with its legend. Knows no page but for a canvas.

import type { Painted } from "./map-colours.ts";
import { fitted, placeOf } from "./map-view.ts";

const size = { width: 960, height: 720, radius: 3, legend: 24 } as const;

/** The colours of ui/tokens.css in its light form: a file has no page whose colours it could take. */
const printed: Readonly<Record<string, string>> = {
  "--orange": "#e69f00",
  "--blue": "#0072b2",
  "--green": "#009e73",
  "--purple": "#cc79a7",
  "--vermillion": "#d55e00",
  "--sky": "#56b4e9",
  "--yellow": "#f0e442",
  "--ink-soft": "#565e63",
};

const escaped = (text: string): string => text.replace(/[&<>"]/gu, (c) => `&#${c.codePointAt(0)};`);

export function mapSvg(points: Float32Array, { of, classes }: Painted, label: string): Blob {
  const view = fitted(points, size.width, size.height - size.legend * classes.length);
  const marks = classes.map(({ hue }, c) => {
    const own: string[] = [];
    for (let i = 0; 2 * i < points.length; i++) {
      if (of[i] !== c) continue;
      const { x, y } = placeOf(points, i, view);
      own.push(
        c === 0
          ? `<rect x="${(x - 2.7).toFixed(1)}" y="${(y - 2.7).toFixed(1)}" width="5.4" height="5.4"/>`
          : `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${size.radius}"/>`,
      );
    }
    return `<g fill="${printed[hue]}" fill-opacity="0.8">${own.join("")}</g>`;
  });
  const legend = classes.map(({ name, hue, count }, c) => {
    const y = size.height - size.legend * (classes.length - c) + size.legend / 2;
    const shape =
      c === 0
        ? `<rect x="16" y="${y - 5}" width="10" height="10" fill="${printed[hue]}"/>`
        : `<circle cx="21" cy="${y}" r="5" fill="${printed[hue]}"/>`;
    return `${shape}<text x="34" y="${y + 4}" font-family="sans-serif" font-size="13">${escaped(name)}, ${count}</text>`;
  });
  const { width, height } = size;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(label)}"><rect width="${width}" height="${height}" fill="#fff"/>${marks.join("")}${legend.join("")}</svg>`;
  return new Blob([svg], { type: "image/svg+xml" });
}

export async function mapPng(points: Float32Array, { of, classes }: Painted): Promise<Blob> {
  const ratio = 2;
  const canvas = new OffscreenCanvas(size.width * ratio, size.height * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("mapPng: the browser gives no canvas");
  context.scale(ratio, ratio);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, size.width, size.height);
  const view = fitted(points, size.width, size.height - size.legend * classes.length);
  context.font = "13px sans-serif";
  for (const [c, { name, hue, count }] of classes.entries()) {
    context.fillStyle = printed[hue] as string;
    context.globalAlpha = 0.8;
    const dot = (x: number, y: number, radius: number) => {
      context.beginPath();
      if (c === 0) context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      else context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    };
    for (let i = 0; 2 * i < points.length; i++) {
      if (of[i] !== c) continue;
      const { x, y } = placeOf(points, i, view);
      dot(x, y, size.radius);
    }
    context.globalAlpha = 1;
    const y = size.height - size.legend * (classes.length - c) + size.legend / 2;
    dot(21, y, 5);
    context.fillStyle = "#1d2124";
    context.fillText(`${name}, ${count}`, 34, y + 4);
  }
  return canvas.convertToBlob({ type: "image/png" });
}
