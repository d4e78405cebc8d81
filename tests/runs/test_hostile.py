"""A run that was damaged, or made to do harm, gives one clear line and nothing else."""

import json
import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings, strategies as st

from descentlab.core import RunError
from descentlab.runs import RunFolder, list_runs, open_run

from .conftest import write_run

SHAPES = {"hidden/weight": (4, 3), "hidden/bias": (3,)}
READERS: dict[str, Callable[[RunFolder], object]] = {
    "experiment.toml": lambda run: run.experiment,
    "preparation.json": lambda run: run.preparation(),
    "environment.json": lambda run: run.environment(),
    "metrics.json": lambda run: run.metrics(),
    "weights.safetensors": lambda run: run.load_weights(SHAPES),
    "snapshots.safetensors": lambda run: run.load_snapshots(SHAPES),
    "history.parquet": lambda run: run.history(),
    "checkpoint/state.safetensors": lambda run: (run.load_checkpoint(), run.checkpoint_meta()),
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """One run for many attacks; each puts back what it broke."""
    return write_run(tmp_path_factory.mktemp("hostile") / "iris-001")


def _read_all(run: RunFolder, name: str) -> None:
    """Read the file in every way; anything but a one-line `RunError` or a value fails the test."""
    for read in (READERS[name], lambda run: list_runs(run.path.parent), lambda run: open_run(run.path)):
        message = ""
        try:
            read(run)
        except RunError as error:
            message = str(error)
        assert "\n" not in message
        assert len(message) < 1000


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_bytes_never_raise_anything_but_a_run_error(shared: RunFolder, name: str, data: st.DataObject) -> None:
    path = shared.path / name
    good = path.read_bytes()
    bad = bytearray(good)
    for _ in range(data.draw(st.integers(1, 6))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(bad)) | st.none())
    path.write_bytes(bytes(bad[:cut]))
    try:
        _read_all(shared, name)
    finally:
        path.write_bytes(good)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_garbage_is_a_run_error(shared: RunFolder, name: str, content: bytes) -> None:
    path = shared.path / name
    good = path.read_bytes()
    path.write_bytes(content)
    try:
        _read_all(shared, name)
    finally:
        path.write_bytes(good)


@pytest.mark.parametrize("name", READERS)
def test_an_empty_file_is_a_run_error(run: RunFolder, name: str) -> None:
    (run.path / name).write_bytes(b"")
    if name != "experiment.toml":  # an empty description is one of defaults alone
        with pytest.raises(RunError):
            READERS[name](run)


@pytest.mark.parametrize("name", READERS)
def test_links_and_pipes_and_folders_are_refused(run: RunFolder, name: str, tmp_path: Path) -> None:
    path = run.path / name
    secret = tmp_path / "secret"
    secret.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(RunError, match="is a link to"):
        READERS[name](run)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(RunError, match="not a plain file"):
        READERS[name](run)
    path.unlink()
    path.mkdir()
    with pytest.raises(RunError, match="not a plain file"):
        READERS[name](run)


@pytest.mark.parametrize("name", READERS)
def test_a_file_too_large_is_refused_unread(run: RunFolder, name: str) -> None:
    with (run.path / name).open("r+b") as file:
        file.truncate(2**40)  # takes no room on the disk
    tracemalloc.start()
    with pytest.raises(RunError, match="at most"):
        READERS[name](run)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def _safetensors(header: bytes, claimed: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if claimed is None else claimed) + header


@pytest.mark.parametrize(
    "content",
    [
        _safetensors(b"{}", claimed=2**62),
        _safetensors(b"{}", claimed=20 * 2**20),
        _safetensors(b'{"hidden/weight":{"dtype":"F32","shape":[1,4,3000000000],"data_offsets":[0,48000000000]}}'),
        _safetensors(b'{"hidden/weight":{"dtype":"F32","shape":[1,4,3],"data_offsets":[-48,0]}}'),
        _safetensors(b'{"hidden/weight":{"dtype":"F32","shape":[9223372036854775807,4,3],"data_offsets":[0,0]}}'),
        _safetensors(b'{"hidden/weight":{"dtype":"BF16","shape":[0],"data_offsets":[0,0]}}'),
        _safetensors(b'{"__metadata__":{"descentlab":3}}'),
        _safetensors(b"[" * 100_000),
    ],
)
def test_a_lying_header_is_refused_without_its_room(run: RunFolder, content: bytes) -> None:
    (run.path / "weights.safetensors").write_bytes(content)
    tracemalloc.start()
    with pytest.raises(RunError):
        run.load_weights(SHAPES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


def test_weights_of_the_wrong_shape_are_refused_before_they_are_read(run: RunFolder) -> None:
    path = run.path / "weights.safetensors"
    header = b'{"hidden/weight":{"dtype":"F32","shape":[1,4,3000000000],"data_offsets":[0,48000000000]}}'
    with path.open("wb") as file:
        file.write(_safetensors(header))
        file.truncate(8 + len(header) + 48_000_000_000)  # a true header over a file of holes
    with pytest.raises(RunError, match="lacks 'hidden/bias'"):
        run.load_weights(SHAPES)
    with pytest.raises(RunError, match="at most"):
        run.load_weights()


@pytest.mark.parametrize(
    "text", ['{"a": NaN}', '{"a": -Infinity}', "[1]", "3", '{"a": "\\ud800"}', "[" * 100_000, "1" * 5000]
)
def test_json_that_is_not_ours_is_refused(run: RunFolder, text: str) -> None:
    (run.path / "metrics.json").write_text(text)
    with pytest.raises(RunError):
        run.metrics()


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("metrics.json", {"test": []}, "`test`"),
        ("metrics.json", {"test": None}, "`test`"),
        ("metrics.json", {"outcome": ["Well.", 3]}, r"`outcome\.1`"),
        ("metrics.json", {"seconds": {"train": "long"}}, r"`seconds\.train`"),
        ("metrics.json", {"seeds": [0, 1], "diverged_at": [None]}, "`diverged_at` has 1 items for 2 seeds"),
        ("metrics.json", {"seeds": [0], "epochs": [True]}, "`epochs"),
        ("environment.json", {"devices": "cpu"}, "`devices`"),
        ("environment.json", {"packages": {"jax": 3}}, r"`packages\.jax`"),
        ("environment.json", {"data_checksum": 3}, "`data_checksum`"),
        ("environment.json", {"seeds": [0, "n" * 100_000]}, r"`seeds\.1`"),
    ],
)
def test_values_of_another_form_are_refused_by_their_key(
    run: RunFolder, name: str, values: dict[str, object], message: str
) -> None:
    (run.path / name).write_text(json.dumps(values))
    with pytest.raises(RunError, match=message) as caught:
        READERS[name](run)
    assert len(str(caught.value)) < 1000


def test_a_pair_of_surrogates_is_a_letter(run: RunFolder) -> None:
    (run.path / "metrics.json").write_text(json.dumps({"face": "😀"}))
    assert run.metrics() == {"face": "😀"}


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, 'unknown = "key"', 'name = "../../etc"', f'name = "{"n" * 900_000}"']
)
def test_a_description_that_is_not_ours_is_refused_in_a_short_line(run: RunFolder, text: str) -> None:
    (run.path / "experiment.toml").write_text(text)
    with pytest.raises(RunError) as caught:
        _ = run.experiment
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"member": [0], "seed": [0]}, "no column 'epoch'"),
        ({"member": [0], "seed": [0], "epoch": ["one"]}, "holds string"),
        ({"member": [0], "seed": [0], "epoch": [None]}, "a history holds numbers only"),
        ({"member": [0], "seed": [None], "epoch": [1]}, "a history holds numbers only"),
        ({"member": [0], "seed": [0], "epoch": [[1]]}, "holds list"),
    ],
)
def test_a_table_that_is_no_history_is_refused(run: RunFolder, table: dict[str, list[object]], message: str) -> None:
    pq.write_table(pa.table(table), run.path / "history.parquet")
    with pytest.raises(RunError, match=message):
        run.history()


def test_a_history_that_unfolds_to_gigabytes_is_refused(run: RunFolder) -> None:
    zeros = pa.array(np.zeros(1_000_000, np.int8))
    pq.write_table(pa.table({str(column): zeros for column in range(201)}), run.path / "history.parquet")
    assert (run.path / "history.parquet").stat().st_size < 2**20
    with pytest.raises(RunError, match="claims to have 201,000,000 values"):
        run.history()


def test_snapshots_without_their_epochs_are_refused(run: RunFolder) -> None:
    weights = {"hidden/weight": np.zeros((2, 1, 4, 3)), "hidden/bias": np.zeros((2, 1, 3))}
    for epochs in ({}, {"epochs": np.array([1])}, {"epochs": np.zeros((2, 1), int)}, {"epochs": np.zeros(2)}):
        safetensors.numpy.save_file({**epochs, **weights}, run.path / "snapshots.safetensors")
        with pytest.raises(RunError, match="does not hold one epoch for each snapshot"):
            run.load_snapshots(SHAPES)
