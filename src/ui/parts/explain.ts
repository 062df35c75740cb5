// Every failure that a user can meet, as a title, a sentence and a remedy. Total over the codes; knows no component.

import { serverGone } from "../../base/app-file.ts";
import { ClinfuseError, type ErrorCode, type Place } from "../../base/errors.ts";

export interface Explanation {
  readonly title: string;
  /** The fault and its place. */
  readonly sentence: string;
  /** Steps that help. */
  readonly remedy: string;
  /** A command for a terminal, when the remedy is one. */
  readonly command?: string;
}

type Explain = (place: Place, message: string) => Explanation;

/** "in test.jsonl, line 12", or nothing when the place is unknown. */
function where({ file, line }: Place): string {
  if (file === undefined) return "";
  return line === undefined ? ` in ${file}` : ` in ${file}, line ${line}`;
}

/** A message as a sentence: with a capital, and a full stop. */
export const sentence = (text: string): string => {
  const trimmed = text.trim();
  return trimmed === "" ? "" : `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${/[.!?]$/.test(trimmed) ? "" : "."}`;
};

/** A file's name keeps its case where a sentence begins with it. */
function withName(told: Explanation, { file = "" }: Place): Explanation {
  const raised = `${file.charAt(0).toUpperCase()}${file.slice(1)}`;
  if (file === "" || !told.sentence.startsWith(raised)) return told;
  return { ...told, sentence: `${file}${told.sentence.slice(file.length)}` };
}

/** A size as it is told, a hash by its beginning. */
function measure(what: string | number | undefined): string {
  if (typeof what === "number") return `${what} bytes`;
  return /^[0-9a-f]{64}$/.test(what ?? "") ? `the SHA-256 ${what?.slice(0, 12)}…` : (what ?? "another content");
}

const table: Readonly<Record<ErrorCode, Explain>> = {
  aborted: () => ({
    title: "Stopped",
    sentence: "You stopped this. What was finished before is kept.",
    remedy: "Start it again when you like: it resumes where it can.",
  }),
  "browser-lacks": (_, message) => ({
    title: "This browser lacks what is needed for this",
    sentence: sentence(message),
    remedy: "Choose another engine or model, or open Clinfuse in a recent Chrome, Edge or Firefox.",
  }),
  "no-webgpu": (_, message) => ({
    title: "This browser offers no WebGPU",
    sentence: sentence(message),
    remedy:
      "Choose the processor (WASM) under Device, or use a recent Chrome, Edge or Safari with graphics acceleration turned on.",
  }),
  "device-unfit": (_, message) => ({
    title: "This device cannot train so",
    sentence: sentence(message),
    remedy: "Choose another device, or turn the setting off.",
  }),
  "adapter-insufficient": (_, message) => ({
    title: "The graphics adapter cannot hold this model",
    sentence: sentence(message),
    remedy: "Choose a smaller model, its q4f32 build where 16-bit floats are missing, or a GGUF model for the processor.",
  }),
  "not-isolated": () => ({
    title: "The page is not isolated, so it gets no threads",
    sentence: "The server did not send the headers COOP and COEP, without which a browser gives no shared memory.",
    remedy: "Open the app from its own server: stop this one and start Clinfuse in the project's folder.",
    command: "npm start",
  }),
  "device-lost": (_, message) => ({
    title: "The graphics device was lost",
    sentence: sentence(message) || "The browser took the graphics device away, as it does after sleep or a driver's restart.",
    remedy: "Try again. If it happens twice, choose the processor (WASM) under Device.",
  }),
  "out-of-memory": (_, message) => ({
    title: "Not enough memory",
    sentence: sentence(message),
    remedy: "Close other tabs, or choose a smaller batch, fewer tokens per example, or a smaller model under More.",
  }),
  "quota-exceeded": ({ what }) => ({
    title: "The browser's storage is full",
    sentence: what ? `There was no room to ${what}.` : "The browser refuses to store more for this site.",
    remedy:
      "Delete a run under Runs, a model under Models or a trained one under Device, or free disk space, and try again. Nothing saved before is lost.",
  }),
  "storage-unavailable": (_, message) => ({
    title: "The browser stores nothing for this page",
    sentence: sentence(message),
    remedy:
      "Leave the private window or allow site data for this address, then reload. Until then you can look at the tasks and their samples, but nothing that is made can be kept.",
  }),
  "model-missing": ({ what, file }, message) => ({
    title: `The model ${what ?? file ?? ""} is not here`.replace("  ", " "),
    sentence: sentence(message),
    remedy: "Fetch the models once, in the project's folder; each file is checked against its hash. Then try again.",
    command: "npm run models",
  }),
  "download-broken": (_, message) => ({
    title: "The download broke off",
    sentence: sentence(message),
    remedy: "Resume it; what came so far is kept, and is not fetched again.",
  }),
  "hub-absent": (_, message) => ({
    title: "The hub has no such model",
    sentence: sentence(message),
    remedy:
      "Give the name as it stands at the top of the model's page, owner/name, or the address of that page. Download by hand what only an account may see, and import it. Nothing was stored.",
  }),
  "hub-several": (_, message) => ({
    title: "The repository holds several models",
    sentence: sentence(message),
    remedy: "Open the one that you want on its page on the hub, and give that file's address. Nothing was stored.",
  }),
  "hub-gated": (_, message) => ({
    title: "The hub wants an account for this model",
    sentence: sentence(message),
    remedy: "Sign in on its page, accept its terms, download its files by hand and import them here. Nothing was stored.",
  }),
  "hub-unreachable": (_, message) => ({
    title: "The hub does not answer",
    sentence: sentence(message),
    remedy:
      "Try again when there is a network, or bring the model's files from a machine that has one and import them. Nothing was stored.",
  }),
  "hub-malformed": (_, message) => ({
    title: "The hub's answer cannot be relied on",
    sentence: sentence(message),
    remedy: "Try again later. If it stays so, download the files by hand and import them. Nothing was stored.",
  }),
  "model-altered": ({ file, what }) => ({
    title: "A model file is not the one that its hash stands for",
    sentence: `The SHA-256 of ${file ?? what ?? "a model file"} differs, so it was not loaded.`,
    remedy: "Delete that file and fetch it again.",
    command: "npm run models",
  }),
  "model-truncated": ({ file, what, got, expected }) => ({
    title: "A model file is cut short",
    sentence: `${file ?? what ?? "The file"} ends too early${got !== undefined && expected !== undefined ? ` (${got} of ${expected} bytes)` : ""}.`,
    remedy: "Fetch it again: the bytes that are there are kept and completed.",
    command: "npm run models",
  }),
  "model-unsupported": (_, message) => ({
    title: "This model cannot be read",
    sentence: sentence(message),
    remedy: "Choose another model.",
  }),
  "no-masked-head": (_, message) => ({
    title: "This encoder cannot fill masked words",
    sentence: sentence(message),
    remedy: "Models fetches PubMedBERT from the hub. Choose it where the source is chosen, or take another source.",
  }),
  "context-overflow": (_, message) => ({
    title: "The prompt is too long for this model",
    sentence: sentence(message),
    remedy: "Choose no demonstrations or fewer tokens per completion under More, or a model with a longer context.",
  }),
  "grammar-invalid": (_, message) => ({
    title: "The model's engine does not accept the grammar",
    sentence: sentence(message),
    remedy: "Turn off “Hold the model to the form” under More; completions are then checked by the parser alone.",
  }),
  diverged: (_, message) => ({
    title: "Training diverged",
    sentence: sentence(message),
    remedy: "Choose a smaller learning rate, or a larger batch, under More and train again.",
  }),
  "server-gone": (_, message) => ({
    title: "The app's server does not answer",
    sentence:
      sentence(message) ||
      "The server that gave you this page does not answer, and this part of the app is not kept in the browser.",
    remedy:
      "If it runs on this machine, start it again as before, in the same folder and at the same address; else wait for the network. Then try again: " +
      "what this browser keeps is not lost. A model works without its server once a copy is kept in this browser, under Models.",
  }),
  "engine-failed": (_, message) => ({
    title: "The engine stopped working",
    sentence: sentence(message),
    remedy: "Try again; what was written before is kept. If it fails twice, reload the page or choose a smaller model.",
  }),
  "worker-failed": (_, message) => ({
    title: "A part of the app stopped working",
    sentence: sentence(message),
    remedy: "Reload the page: what was stored before is kept, and a run or a training resumes from there.",
  }),
  "file-empty": (place) => ({
    title: "The file is empty",
    sentence: `${place.file ?? "The file"} holds no rows.`,
    remedy: "Choose a file with at least one row. Nothing was imported.",
  }),
  "task-malformed": (place, message) => ({
    title: `${place.file ?? "The task"} is no task that can be used`,
    sentence: sentence(message),
    remedy: "Mend that field and choose the file again. Nothing was imported.",
  }),
  "file-malformed": (place, message) => ({
    title:
      place.line === undefined && place.file !== undefined
        ? `${place.file} cannot be read`
        : `A line cannot be read${where(place)}`,
    sentence: sentence(message),
    remedy: "Mend that line and choose the file again. Nothing was imported.",
  }),
  "file-missing": ({ file }, message) => ({
    title: `${file ?? "A file"} is missing`,
    sentence: sentence(message) || `The folder has no ${file ?? "such file"}.`,
    remedy: "Choose a folder with a test set, and with training and validation sets or more rows to draw them from.",
  }),
  "format-unknown": (_, message) => ({
    title: "No format fits these files",
    sentence: sentence(message),
    remedy: "Choose the files of the data set as they were published, or write them in ClinGen's format. Nothing was imported.",
  }),
  "format-several": (_, message) => ({
    title: "The folder holds more than one data set",
    sentence: sentence(message),
    remedy: "Choose the folder or the files of one. Nothing was imported.",
  }),
  "format-unfit": (_, message) => ({
    title: "These files are another task's",
    sentence: sentence(message),
    remedy: "Choose the task that they belong to, or other files. Nothing was imported.",
  }),
  "file-too-large": ({ file, got, expected }, message) => ({
    title: `${file ?? "The file"} is too large`,
    sentence: expected === undefined ? sentence(message) : `It has ${got ?? "too many"} bytes; at most ${expected} are read.`,
    remedy: "Choose a smaller part of it. Nothing was imported.",
  }),
  "file-not-the-model": ({ file, what, got, expected }) => ({
    title: "That is another file",
    sentence: `${file ?? "The file"} is not ${what ?? "the model's file"}${got === undefined ? "" : `: it has ${measure(got)} where ${measure(expected)} is expected`}.`,
    remedy: "Choose the very file that the manifest names; its name may differ, its content may not. Nothing was stored.",
  }),
  "span-out-of-bounds": (place, message) => ({
    title: `A span lies outside its sentence${where(place)}`,
    sentence: sentence(message),
    remedy:
      "Spans are [first token, last token inclusive, type]. Mend that line and choose the folder again. Nothing was imported.",
  }),
  "unknown-label": (place, message) => ({
    title: `A label that the task does not have${where(place)}`,
    sentence: sentence(message),
    remedy: "Check that the folder belongs to the chosen task and that label.txt is in its order. Nothing was imported.",
  }),
  "dangling-edge": (place, message) => ({
    title: `An edge leads nowhere${where(place)}`,
    sentence: sentence(message),
    remedy:
      "Each head and tail of edges.tsv must be an id of nodes.tsv. Mend it and choose both files again. Nothing was imported.",
  }),
  "graph-broken": (_, message) => ({
    title: "A stored graph is damaged",
    sentence: sentence(message),
    remedy: "Remove the graph and import its files again. Runs that drew from it keep what they drew.",
  }),
  "not-enough-examples": ({ expected }, message) => ({
    title: "Too few examples of a label",
    sentence: sentence(message),
    remedy: `Give at least ${expected ?? 5} labelled examples of each label.`,
  }),
  "nothing-accepted": ({ got }, message) => ({
    title: "The model writes nothing that can be used",
    sentence: sentence(message),
    remedy:
      got === undefined
        ? "Choose a larger model, or other settings under More."
        : "Look at the rejected ones: choose a larger model, more tokens, a cooler temperature, or demonstrations in every prompt.",
  }),
  "no-topics": (_, message) => ({
    title: "There are no topics for this task",
    sentence: sentence(message),
    remedy:
      "Choose or import a graph with the types and relations that the task asks for, or take topics from the language model. A task of your own names other types on its page.",
  }),
  "run-busy": () => ({
    title: "Another tab is working on this run",
    sentence: "Two tabs writing the same examples would mix them up.",
    remedy: "Go to that tab, or stop it there and try again here.",
  }),
  "training-busy": () => ({
    title: "Another tab is training this run",
    sentence: "One training at a time writes a run's model and its checkpoint.",
    remedy: "Go to that tab and wait, or stop it there: this tab then resumes from the last checkpoint.",
  }),
  "trained-missing": () => ({
    title: "The trained model is not in this browser any more",
    sentence:
      "Its files were deleted: by hand under Device, with the site's data, or by the browser for want of space. The scores are kept.",
    remedy: "Train again under Train: the same choices give the same model.",
  }),
  "trained-damaged": ({ what }) => ({
    title: "The trained model is damaged",
    sentence: `${what ?? "A part of it"} is missing or is not what was saved, by the hashes in clinfuse.json. The scores are kept.`,
    remedy: "Train again under Train: the same choices give the same model, which takes the place of the damaged one.",
  }),
  "model-busy": ({ file }) => ({
    title: "Another tab is fetching this model",
    sentence: file ? `It is writing ${file}.` : "It is writing the model's files.",
    remedy: "Go to that tab, or stop it there and try again here.",
  }),
  "not-found": (_, message) => ({
    title: "It is not there any more",
    sentence: sentence(message),
    remedy: "Go back to your runs and choose another.",
  }),
};

/** Total: an error of ours by its code, any other by its message. */
export function explain(error: unknown): Explanation {
  if (error instanceof ClinfuseError) {
    const told = withName(table[error.code](error.place, error.message), error.place);
    const { remedy } = error.place;
    if (remedy === undefined) return told;
    const { command: _, ...words } = told; // the command belongs to the code's own remedy
    return withName({ ...words, sentence: sentence(error.message), remedy }, error.place);
  }
  const gone = serverGone(error);
  if (gone) return explain(gone);
  return {
    title: "Something failed that Clinfuse did not foresee",
    sentence: sentence(error instanceof Error ? error.message : String(error)),
    remedy: "Reload the page; your runs are kept. If it happens again, this message is what a report of the fault needs.",
  };
}
