// A Parquet file as rows, with the label names that the Hugging Face hub writes into its footer. Knows no column.

import {
  type CompressionCodec,
  type Compressors,
  type FileMetaData,
  parquetMetadata,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import type { Tree } from "../format.ts";
import { fileOf, malformed } from "./text-file.ts";

export interface ParquetTable {
  /** Names of the columns. */
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Names of a column's classes in the order of their numbers; undefined where the footer does not say. */
  classes(column: string): readonly string[] | undefined;
}

export async function readParquet(tree: Tree, path: string): Promise<ParquetTable> {
  const bytes = await fileOf(tree, path).arrayBuffer();
  try {
    const metadata = parquetMetadata(bytes);
    const rows = await parquetReadObjects({ file: bytes, metadata, ...(await compressorsOf(metadata)) });
    const footer = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
    return {
      columns: parquetSchema(metadata).children.map(({ element }) => element.name),
      rows,
      classes: (column) => (footer === undefined ? undefined : classesIn(footer, column)),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return malformed(path, undefined, `no readable Parquet file (${why})`);
  }
}

/** What hyparquet reads by itself. */
const known: readonly CompressionCodec[] = ["UNCOMPRESSED", "SNAPPY"];

/** Decompressors for GZIP, ZSTD, BROTLI and LZ4, fetched for a file that needs one. */
async function compressorsOf({ row_groups }: FileMetaData): Promise<{ compressors?: Compressors }> {
  const codecs = row_groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data?.codec ?? []));
  if (codecs.every((codec) => known.includes(codec))) return {};
  const { compressors } = await import("hyparquet-compressors");
  return { compressors };
}

/** {"info": {"features": {column: {"names": [...]}}}}, or the same one "feature" deeper for a list, or in a list of its own. */
function classesIn(footer: string, column: string): readonly string[] | undefined {
  const fieldOf = (value: unknown, name: string): unknown =>
    value !== null && typeof value === "object" && Object.hasOwn(value, name)
      ? (value as Record<string, unknown>)[name]
      : undefined;
  let info: unknown;
  try {
    info = JSON.parse(footer);
  } catch {
    return undefined;
  }
  const feature = fieldOf(fieldOf(fieldOf(info, "info"), "features"), column);
  const [listed] = Array.isArray(feature) ? (feature as unknown[]) : [];
  const names = [feature, fieldOf(feature, "feature"), listed]
    .map((of) => fieldOf(of, "names"))
    .find((found) => found !== undefined);
  return Array.isArray(names) && names.every((name) => typeof name === "string") ? (names as string[]) : undefined;
}
