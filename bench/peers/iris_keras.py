"""The Iris job with Keras 3 on JAX: 4-8-3, Adam at 0.001, 100 epochs in batches of 5. Prints its figures as JSON."""

import json
import os
import time

os.environ["KERAS_BACKEND"] = "jax"

import keras
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

inputs, classes = load_iris(return_X_y=True)
rest, test, rest_classes, test_classes = train_test_split(inputs, classes, test_size=0.2, stratify=classes)
train, validation, train_classes, validation_classes = train_test_split(
    rest, rest_classes, test_size=0.2, stratify=rest_classes
)
scaler = StandardScaler().fit(train)
network = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(3, activation="softmax")]
)
network.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy", metrics=["accuracy"])
start = time.perf_counter()
network.fit(
    scaler.transform(train),
    train_classes,
    epochs=100,
    batch_size=5,
    validation_data=(scaler.transform(validation), validation_classes),
    verbose=0,
)
fit_s = time.perf_counter() - start
_, accuracy = network.evaluate(scaler.transform(test), test_classes, verbose=0)
print(json.dumps({"fit_s": fit_s, "accuracy": float(accuracy)}))
