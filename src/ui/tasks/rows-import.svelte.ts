// A file of the user's on its way into a task: read, its columns and values mapped, its rows taken. Knows no component.

import { ClinfuseError } from "../../base/errors.ts";
import { rng } from "../../base/rng.ts";
import { readTable, type Table } from "../../formats/columns.ts";
import { readableText } from "../../formats/encodings.ts";
import {
  guessedColumns,
  guessedLabel,
  type Mapped,
  type MappedField,
  type Mapping,
  mappedFields,
  mappedRows,
  mappedTags,
  valuesIn,
} from "../../formats/mapped-rows.ts";
import { looksTagged, readTaggedWords, type TaggedSentence, taggedInTable, tagTypes } from "../../formats/tagged-words.ts";
import type { LearnableTask } from "../../tasks/task.ts";

type Content =
  | { readonly kind: "table"; readonly table: Table }
  | { readonly kind: "tags"; readonly sentences: readonly TaggedSentence[] };

const mostBytes = 200_000_000;

export class RowsFile {
  readonly name: string;
  readonly content: Content;
  /** Encoding that the file was read in, where it is no UTF-8. */
  readonly remark: string | undefined;
  readonly #task: LearnableTask;
  mapping = $state.raw<Mapping>({ columns: {}, labels: {} });

  private constructor(name: string, content: Content, task: LearnableTask, remark: string | undefined) {
    this.name = name;
    this.content = content;
    this.remark = remark;
    this.#task = task;
    const columns = content.kind === "table" ? guessedColumns(task, content.table) : {};
    this.mapping = { columns, labels: {} };
    this.#guessLabels();
  }

  /** Throws what reading throws, with file and line. */
  static async open(picked: File, task: LearnableTask): Promise<RowsFile> {
    const { name } = picked;
    if (picked.size > mostBytes) {
      throw new ClinfuseError("file-too-large", `${name} is too large`, { file: name, got: picked.size, expected: mostBytes });
    }
    const { text, remark } = await readableText(picked, name);
    const marks = task.shape === "token";
    if (marks && looksTagged(text)) {
      return new RowsFile(name, { kind: "tags", sentences: readTaggedWords(text, name) }, task, remark);
    }
    const table = readTable(text, name);
    const sentences = marks ? taggedInTable(table, name) : undefined;
    return new RowsFile(name, sentences ? { kind: "tags", sentences } : { kind: "table", table }, task, remark);
  }

  get fields(): readonly MappedField[] {
    return this.content.kind === "table" ? mappedFields(this.#task) : [];
  }

  /** Values that name labels, with their counts. */
  readonly values = $derived.by((): ReadonlyMap<string, number> => {
    const { content } = this;
    return content.kind === "tags" ? tagTypes(content.sentences) : valuesIn(this.#task, content.table, this.mapping);
  });

  readonly mapped = $derived.by((): Mapped | undefined => {
    const { content, mapping } = this;
    if (content.kind === "tags") return mappedTags(content.sentences, mapping);
    return this.fields.every(({ id }) => mapping.columns[id] !== undefined)
      ? mappedRows(this.#task, content.table, mapping)
      : undefined;
  });

  chooseColumn(field: MappedField, column: string | undefined): void {
    this.mapping = { ...this.mapping, columns: { ...this.mapping.columns, [field.id]: column } };
    if (field.isLabel) this.#guessLabels();
  }

  chooseLabel(value: string, label: string | undefined): void {
    this.mapping = { ...this.mapping, labels: { ...this.mapping.labels, [value]: label } };
  }

  #guessLabels(): void {
    const labels = Object.fromEntries([...this.values.keys()].map((value) => [value, guessedLabel(this.#task, value)]));
    this.mapping = { ...this.mapping, labels };
  }

  /** The rows in random order, so that the first of each label are no block of the file. */
  get drawn(): Mapped["examples"] {
    const all = this.mapped?.examples ?? [];
    return rng("import", this.name).sample(all, all.length);
  }
}
