"""Keras's example of a network for MNIST, on JAX, until it first reaches 0.99 on the test digits; as JSON.

32 and 64 3x3 kernels, two poolings, dropout 0.5, Adam, batches of 128, a tenth for validation, as in "Simple MNIST
convnet" (Chollet, 2015); the test accuracy is measured after each epoch, to know when to stop.
"""

import json
import os

os.environ["KERAS_BACKEND"] = "jax"

import keras
import numpy as np
from keras import layers
from mnist_files import read

ENOUGH, MOST_EPOCHS = 0.99, 15

keras.utils.set_random_seed(0)
train, test = (read(f"{part}-images-idx3-ubyte")[..., None] / np.float32(255) for part in ("train", "t10k"))
classes, test_classes = (read(f"{part}-labels-idx1-ubyte").astype(np.int32) for part in ("train", "t10k"))
network = keras.Sequential(
    [
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ]
)
network.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
accuracy, epochs = 0.0, 0
while accuracy < ENOUGH and epochs < MOST_EPOCHS:
    network.fit(train, keras.utils.to_categorical(classes), batch_size=128, validation_split=0.1, verbose=0)
    accuracy = network.evaluate(test, keras.utils.to_categorical(test_classes), batch_size=1_000, verbose=0)[1]
    epochs += 1
print(json.dumps({"accuracy": float(accuracy), "epochs": epochs}))
