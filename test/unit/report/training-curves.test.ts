// The figures of a training, as data: both stages on one axis, epochs at their last step, the kept one of each stage.

import { describe, expect, it } from "vitest";
import { lossFigure, type TrainHistory, validationFigure } from "../../../src/report/training-curves.ts";

type Event = TrainHistory[number];
type Stage = Event["stage"];

const step = (stage: Stage, epoch: number, n: number, loss: number): Event => ({
  type: "step",
  stage,
  step: n,
  steps: 4,
  epoch,
  loss,
  learningRate: 1e-4,
  gradientNorm: 1,
  milliseconds: 1,
});

const epoch = (stage: Stage, n: number, loss: number, f1: number, best: boolean): Event => ({
  type: "epoch",
  stage,
  epoch: n,
  loss,
  validationLoss: loss + 0.25,
  best,
  validation: { values: { f1, precision: 0.75 }, perLabel: {}, examples: 5 },
});

const history: TrainHistory = [
  step("few", 1, 1, 3),
  step("few", 1, 2, 2),
  epoch("few", 1, 2.5, 0.1, true),
  step("few", 2, 3, 1),
  epoch("few", 2, 1, 0.3, true),
  step("synthetic", 1, 1, 5),
  epoch("synthetic", 1, 5, 0.5, true),
  step("synthetic", 2, 2, 4),
  epoch("synthetic", 2, 4, 0.4, false),
];

const f1 = { id: "f1", words: "F1" };

describe("lossFigure", () => {
  it("puts the second stage's steps behind the first's, each stage a line with its name", () => {
    expect(lossFigure(history)).toEqual({
      title: "Training loss",
      label: "Training loss by step",
      axes: { x: { title: "step", from: 1, to: 5, whole: true }, y: { title: "loss", from: 0, to: 5 } },
      marks: [
        {
          kind: "line",
          tone: "few",
          name: "Stage I, few-shot",
          points: [
            { x: 1, y: 3 },
            { x: 2, y: 2 },
            { x: 3, y: 1 },
          ],
        },
        {
          kind: "line",
          tone: "synthetic",
          name: "Stage II, synthetic",
          points: [
            { x: 4, y: 5 },
            { x: 5, y: 4 },
          ],
        },
      ],
      table: {
        title: "Loss, epoch by epoch",
        columns: [
          { name: "Stage" },
          { name: "Epoch", numeric: true },
          { name: "Last step", numeric: true },
          { name: "Its loss", numeric: true },
          { name: "Mean loss", numeric: true },
          { name: "Validation loss", numeric: true },
        ],
        rows: [
          ["Stage I, few-shot", "1", "2", "2.000", "2.500", "2.750"],
          ["Stage I, few-shot", "2", "3", "1.000", "1.000", "1.250"],
          ["Stage II, synthetic", "1", "1", "5.000", "5.000", "5.250"],
          ["Stage II, synthetic", "2", "2", "4.000", "4.000", "4.250"],
        ],
      },
    });
  });

  it("has a row for an epoch that has not ended", () => {
    expect(lossFigure(history.slice(0, 2))?.table.rows).toEqual([["Stage I, few-shot", "1", "2", "2.000", "–", "–"]]);
  });

  it("is none before the first step", () => expect(lossFigure([])).toBeUndefined());
});

describe("validationFigure", () => {
  it("puts an epoch at its last step, and rings the epoch that each stage kept", () => {
    const precision = { id: "precision", words: "Precision" };
    expect(validationFigure(history, [f1, precision, { id: "recall", words: "Recall" }])).toEqual({
      title: "Validation F1",
      label: "Validation F1 by epoch",
      axes: { x: { title: "step", from: 1, to: 5, whole: true }, y: { title: "F1", from: 0, to: 1 } },
      marks: [
        {
          kind: "dots",
          tone: "few",
          points: [
            { x: 2, y: 0.1 },
            { x: 3, y: 0.3, ring: "kept" },
          ],
        },
        {
          kind: "dots",
          tone: "synthetic",
          points: [
            { x: 4, y: 0.5, ring: "kept" },
            { x: 5, y: 0.4 },
          ],
        },
      ],
      table: {
        title: "Validation, epoch by epoch",
        columns: [
          { name: "Stage" },
          { name: "Epoch", numeric: true },
          { name: "F1", numeric: true },
          { name: "Precision", numeric: true },
          { name: "Recall", numeric: true },
          { name: "Kept" },
        ],
        rows: [
          ["Stage I, few-shot", "1", "0.100", "0.750", "–", ""],
          ["Stage I, few-shot", "2", "0.300", "0.750", "–", "kept"],
          ["Stage II, synthetic", "1", "0.500", "0.750", "–", "kept"],
          ["Stage II, synthetic", "2", "0.400", "0.750", "–", ""],
        ],
      },
    });
  });

  it("is none before the first validation", () => expect(validationFigure(history.slice(0, 2), [f1])).toBeUndefined());
});
