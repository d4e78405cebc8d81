// Epochs of TensorFlow Playground's own network on its circle. Prints the seconds of an epoch as JSON.
//
//   node playground.mjs NETWORK_MODULE SHAPE EPOCHS [maps]        node playground.mjs nn.js 2,4,2,1 2000
//
// With `maps`, an epoch has besides what the page computes after each: the losses of both halves of the data, and what
// every node says at 100 x 100 points. Its drawing is left out.
//
// NETWORK_MODULE is the playground's src/nn.ts as an ES module; it is not part of this repository.

import { pathToFileURL } from "node:url";

const [modulePath, shapeText, epochsText, maps] = process.argv.slice(2);
const nn = await import(pathToFileURL(modulePath));
const shape = shapeText.split(",").map(Number);
const epochs = Number(epochsText);
const numTrain = 250;
const batchSize = 10;
const learningRate = 0.03;

const examples = Array.from({ length: numTrain }, (_, i) => {
  const inside = i % 2 === 0;
  const radius = inside ? 2.5 * Math.random() : 3.5 + 1.5 * Math.random();
  const angle = 2 * Math.PI * Math.random();
  return { inputs: [radius * Math.sin(angle), radius * Math.cos(angle)], target: inside ? 1 : -1 };
});
const { TANH } = nn.Activations;
const network = nn.buildNetwork(shape, TANH, TANH, null, ["x1", "x2"]);

const density = 100;
const boundary = {};
nn.forEachNode(network, false, (node) => {
  boundary[node.id] = Array.from({ length: density }, () => new Array(density));
});

function measure() {
  for (let half = 0; half < 2; half++) {
    let loss = 0;
    for (const example of examples) loss += nn.Errors.SQUARE.error(nn.forwardProp(network, example.inputs), example.target);
  }
  for (let i = 0; i < density; i++) {
    for (let j = 0; j < density; j++) {
      nn.forwardProp(network, [(12 * i) / (density - 1) - 6, 6 - (12 * j) / (density - 1)]);
      nn.forEachNode(network, false, (node) => {
        boundary[node.id][i][j] = node.output;
      });
    }
  }
}

function runEpochs(count) {
  for (let epoch = 0; epoch < count; epoch++) {
    for (let i = 0; i < numTrain; i++) {
      nn.forwardProp(network, examples[i].inputs);
      nn.backProp(network, examples[i].target, nn.Errors.SQUARE);
      if ((i + 1) % batchSize === 0) nn.updateWeights(network, learningRate, 0);
    }
    if (maps) measure();
  }
}

runEpochs(epochs / 10); // Node compiles what is hot.
const start = process.hrtime.bigint();
runEpochs(epochs);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const right = examples.filter((e) => nn.forwardProp(network, e.inputs) * e.target > 0).length;
console.log(JSON.stringify({ epoch_s: seconds / epochs, accuracy: right / numTrain }));
