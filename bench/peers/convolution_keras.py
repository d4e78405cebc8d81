"""Seconds of a training step of two convolutions at batch 128 with Keras 3 on JAX, by `fit`; as JSON."""

import json
import os
import statistics
import time

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras import layers

STEPS, BATCH, ROUNDS = 30, 128, 5

rng = np.random.default_rng(0)
pictures = rng.random((STEPS * BATCH, 28, 28, 1), np.float32)
classes = np.resize(np.arange(10), len(pictures))
network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ]
)
network.compile("adam", "sparse_categorical_crossentropy")
seconds = []
for _ in range(ROUNDS + 1):
    begin = time.perf_counter()
    network.fit(pictures, classes, batch_size=BATCH, verbose=0)
    seconds.append((time.perf_counter() - begin) / STEPS)
print(json.dumps({"step": statistics.median(seconds[1:])}))
