"""MNIST's files: found, read, refused, and downloaded from a server on this machine."""

import gzip
import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from descentlab.core import DataError, MissingDataError, StorageError
from descentlab.data import Arrays, Dataset, load, preparation_from_json, prepare
from descentlab.data._download import download
from descentlab.data._idx import load_idx
from descentlab.data._idx_files import read_idx
from descentlab.spec import IdxData, SplitSpec


def _idx(array: np.ndarray, *, shape: tuple[int, ...] | None = None) -> bytes:
    sides = np.array(shape or array.shape, ">u4")
    return bytes([0, 0, 8, len(sides)]) + sides.tobytes() + array.astype(np.uint8).tobytes()


def _write_set(folder: Path, *, packed: bool = True) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    for part, count in (("train", 40), ("t10k", 20)):
        files = {
            f"{part}-images-idx3-ubyte": _idx(rng.integers(0, 256, (count, 28, 28))),
            f"{part}-labels-idx1-ubyte": _idx(np.arange(count) % 10),
        }
        for name, data in files.items():
            path = folder / (f"{name}.gz" if packed else name)
            path.write_bytes(gzip.compress(data) if packed else data)


@pytest.mark.parametrize("packed", [True, False])
def test_the_four_files_become_train_and_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    _write_set(tmp_path / "mnist", packed=packed)
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    data = prepare(load(IdxData()), SplitSpec(test=0.7, validation=0.25), 0)
    assert data.inputs.shape == (60, 28, 28, 1)
    assert data.inputs.dtype == np.uint8
    assert data.input_scale == pytest.approx(1 / 255)
    assert (len(data.train), len(data.validation), len(data.test)) == (30, 10, 20)
    assert data.test.tolist() == list(range(40, 60))
    assert data.targets[:12].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert (data.labels[0], data.labels[40]) == ("train 1", "test 1")
    assert np.bincount(data.targets[data.validation]).tolist() == [1] * 10


def test_fewer_training_pictures_are_drawn_in_shares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_set(tmp_path / "fashion-mnist")
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    source = load(IdxData(name="fashion-mnist", num_train=20))
    data, other = (prepare(source, SplitSpec(validation=0.5), seed) for seed in (0, 1))
    assert (len(data.train), len(data.validation), len(data.test)) == (10, 10, 20)
    assert np.bincount(data.targets[data.train]).tolist() == [1] * 10
    assert data.train.tolist() != other.train.tolist()
    assert data.classes[8] == "Bag"


@pytest.mark.data
@pytest.mark.parametrize(("name", "mean", "deviation"), [("mnist", 0.1307, 0.3081), ("fashion-mnist", 0.2860, 0.3530)])
def test_the_real_files(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, name: str, mean: float, deviation: float
) -> None:
    monkeypatch.setenv("DESCENTLAB_DATA", str(data_dir))
    data = prepare(load(IdxData.model_validate({"name": name})), SplitSpec(validation=0.1), 0)
    assert (len(data.train), len(data.validation), len(data.test)) == (54_000, 6_000, 10_000)
    pixels = data.inputs[:60_000]
    assert pixels.mean() / 255 == pytest.approx(mean, abs=5e-5)
    assert pixels.std() / 255 == pytest.approx(deviation, abs=5e-5)
    if name == "mnist":
        assert data.targets[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]


GOOD = _idx(np.zeros((3, 28, 28)))
DAMAGED = {
    "cut off": (GOOD[:-1], "holds 2,351"),
    "longer than it says": (GOOD + b"\0", "holds more"),
    "nothing": (b"", "nothing"),
    "cut off in its header": (GOOD[:9], "header"),
    "another format": (b"\x89PNG\r\n\x1a\n", "89 50 4e 47"),
    "of reals": (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "IDX"),
    "a huge claim": (_idx(np.zeros(3), shape=(2**32 - 1,) * 4), "cannot"),
    "a claim that wraps around": (_idx(np.zeros(3), shape=(2**31, 2**31, 4)), "cannot"),
}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("kind", DAMAGED)
def test_a_damaged_file_is_refused(tmp_path: Path, kind: str, packed: bool) -> None:
    data, message = DAMAGED[kind]
    path = tmp_path / "x-ubyte"
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(DataError, match=message) as caught:
        read_idx(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_packed_file_that_is_cut_off_is_refused(tmp_path: Path, keep: float) -> None:
    packed = gzip.compress(_idx(np.random.default_rng(0).integers(0, 256, (3, 28, 28))))
    path = tmp_path / "x-ubyte.gz"
    path.write_bytes(packed[: int(len(packed) * keep)])
    with pytest.raises(DataError, match="cut off"):
        read_idx(path)


@pytest.mark.parametrize(
    ("file", "array", "message"),
    [
        ("train-images-idx3-ubyte.gz", np.zeros((40, 27, 28)), "28"),
        ("train-labels-idx1-ubyte.gz", np.zeros(39), "40 pictures"),
        ("t10k-labels-idx1-ubyte.gz", np.full(20, 10), "label 10"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, array: np.ndarray, message: str
) -> None:
    _write_set(tmp_path / "mnist")
    (tmp_path / "mnist" / file).write_bytes(gzip.compress(_idx(array)))
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    with pytest.raises(DataError, match=message):
        load(IdxData())


def test_new_pictures_are_prepared_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_set(tmp_path / "mnist")
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    data = prepare(load(IdxData()), SplitSpec(), 0)
    kept = preparation_from_json(data.preparation.to_json())
    pictures = data.inputs[40:]
    for same in (pictures, pictures[..., 0], pictures.reshape(20, 784), pictures / 255.0, pictures.astype(int)):
        np.testing.assert_array_equal(kept.apply(same).inputs, pictures)
    answered = kept.apply(Arrays(pictures, data.targets[40:]))
    np.testing.assert_array_equal(answered.targets, data.targets[40:])
    np.testing.assert_array_equal(kept.apply(tmp_path / "mnist" / "t10k-images-idx3-ubyte.gz").inputs, pictures)
    for wrong in (pictures[:, :27], pictures.astype(int) + 200, np.array(["a"]), -pictures.astype(float)):
        with pytest.raises(DataError, match="expected"):
            kept.apply(wrong)


class _Server:
    """A server on this machine that can be told to misbehave."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.cut_after: list[int] = []
        self.knows_ranges = True
        self.asked: list[str | None] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.answer(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                pass

        class Http(ThreadingHTTPServer):
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # a client that hung up is what some of the tests are about

        self._http = Http(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        data = self.files.get(request.path.lstrip("/"))
        wanted = request.headers["Range"]
        self.asked.append(wanted)
        if data is None:
            request.send_error(404)
            return
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.knows_ranges else 0
        if start and start >= len(data):
            request.send_error(416)
            return
        request.send_response(206 if start else 200)
        if start:
            request.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        request.send_header("Content-Length", str(len(data) - start))
        request.end_headers()
        end = start + self.cut_after.pop(0) if self.cut_after else len(data)
        request.wfile.write(data[start:end])

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


CONTENT = np.random.default_rng(1).bytes(3_000_000)
MD5 = hashlib.md5(CONTENT).hexdigest()


@pytest.fixture
def server() -> Iterator[_Server]:
    """A server with one file."""
    running = _Server({"f": CONTENT})
    yield running
    running.close()


def visible(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name != ".lock"]


DOWNLOAD = """
import sys
from pathlib import Path
from descentlab.data._download import download
for name in ("f", "f"):
    download(sys.argv[1], Path(name), sys.argv[2])
"""


def test_several_downloads_at_once_fetch_a_file_once(server: _Server, tmp_path: Path) -> None:
    command = [sys.executable, "-c", DOWNLOAD, f"{server.url}/f", MD5]
    running = [subprocess.Popen(command, cwd=tmp_path) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert (visible(tmp_path), server.asked) == (["f"], [None])


def test_a_download_tells_how_far_it_is(server: _Server, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    download(f"{server.url}/f", tmp_path / "deep" / "f", MD5, on_progress=lambda *step: told.append(step))
    assert (tmp_path / "deep" / "f").read_bytes() == CONTENT
    assert told[-1] == ("f", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert len(told) > 3
    assert visible(tmp_path / "deep") == ["f"]


def test_a_download_that_is_cut_off_goes_on_by_itself(server: _Server, tmp_path: Path) -> None:
    server.cut_after = [2**20, 2**19]
    download(f"{server.url}/f", tmp_path / "f", MD5)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert server.asked == [None, f"bytes={2**20}-", f"bytes={2**20 + 2**19}-"]


def test_a_download_goes_on_in_a_later_call(server: _Server, tmp_path: Path) -> None:
    server.cut_after = [2**18] * 4
    with pytest.raises(DataError, match="cut off"):
        download(f"{server.url}/f", tmp_path / "f", MD5)
    assert visible(tmp_path) == ["f.part"]
    download(f"{server.url}/f", tmp_path / "f", MD5)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert server.asked[-1] == f"bytes={2**20}-"


def test_a_server_without_ranges_sends_it_all_again(server: _Server, tmp_path: Path) -> None:
    server.knows_ranges, server.cut_after = False, [1_000_000]
    download(f"{server.url}/f", tmp_path / "f", MD5)
    assert (tmp_path / "f").read_bytes() == CONTENT


@pytest.mark.parametrize("size", [10, len(CONTENT), len(CONTENT) + 5])
def test_the_rest_of_another_file_is_thrown_away(server: _Server, tmp_path: Path, size: int) -> None:
    (tmp_path / "f.part").write_bytes(b"x" * size)
    download(f"{server.url}/f", tmp_path / "f", MD5)
    assert (tmp_path / "f").read_bytes() == CONTENT


def test_a_complete_part_only_gets_its_name(server: _Server, tmp_path: Path) -> None:
    (tmp_path / "f.part").write_bytes(CONTENT)
    download(f"{server.url}/f", tmp_path / "f", MD5)
    assert (tmp_path / "f").read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_a_corrupted_download_leaves_nothing(server: _Server, tmp_path: Path) -> None:
    server.files["f"] = CONTENT[:-1] + b"?"
    with pytest.raises(DataError, match="checksum"):
        download(f"{server.url}/f", tmp_path / "f", MD5)
    assert visible(tmp_path) == []


def _download_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, bytes]) -> Dataset:
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path / "data"))
    server = _Server(files)
    monkeypatch.setenv("DESCENTLAB_MNIST_URL", server.url)
    try:
        return prepare(load(IdxData()), SplitSpec(), 0)
    finally:
        server.close()


def test_a_missing_file_names_all_four_and_offers_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingDataError, match="404") as caught:
        _download_set(tmp_path, monkeypatch, {})
    message = str(caught.value)
    assert "\n" not in message
    for word in ("train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz", str(tmp_path / "data/mnist"), "digits"):
        assert word in message


def test_no_network_is_told_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    monkeypatch.setenv("DESCENTLAB_MNIST_URL", "http://127.0.0.1:9")
    with pytest.raises(MissingDataError, match=r"no connection.*train-images-idx3-ubyte.gz.*digits"):
        load(IdxData())


def test_another_address_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESCENTLAB_DATA", str(tmp_path))
    with pytest.raises(MissingDataError, match=r"http://127.0.0.1:9/here/train-images-idx3-ubyte.gz"):
        load_idx(IdxData(), url="http://127.0.0.1:9/here")


def test_a_folder_that_cannot_be_written(server: _Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(StorageError, match=r"cannot write .*file/f'") as caught:
        download(f"{server.url}/f", tmp_path / "file" / "f", MD5)
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux' full device")
def test_a_full_disk(server: _Server, tmp_path: Path) -> None:
    (tmp_path / "f.part").symlink_to("/dev/full")
    with pytest.raises(StorageError, match="No space left"):
        download(f"{server.url}/f", tmp_path / "f", MD5)
    assert not (tmp_path / "f").exists()


def test_other_people_s_files_are_not_taken_for_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write_set(tmp_path / "made")
    files = {f"mnist/{path.name}": path.read_bytes() for path in (tmp_path / "made").iterdir()}
    with pytest.raises(MissingDataError, match="checksum"):
        _download_set(tmp_path, monkeypatch, files)


@pytest.mark.data
def test_the_real_files_are_downloaded(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"mnist/{path.name}": path.read_bytes() for path in (data_dir / "mnist").iterdir()}
    data = _download_set(tmp_path, monkeypatch, files)
    assert len(data.inputs) == 70_000
    assert len(visible(tmp_path / "data" / "mnist")) == 4
