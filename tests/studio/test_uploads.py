"""What comes from a browser: names of our own, safe unpacking, paths within the allowed folders, and limits."""

import asyncio
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

import descentlab.studio.files._uploads as module
from descentlab.core import DataError, MissingDataError
from descentlab.data import TABLE_ENDINGS
from descentlab.studio.files._paths import allowed_path, check_links
from descentlab.studio.files._uploads import FOLDER, Uploads, plain_name, unpack_pictures
from descentlab.studio.server._body_limit import BodyLimit

PICTURE = b"pretends to be a picture"


def zipped(folder: Path, files: dict[str, bytes], *, name: str = "set.zip") -> Path:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / name, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
    return folder / name


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "/etc/passwd.CSV", "a\\..\\b.csv", "<b>.csv", ".csv", "é" * 300 + ".csv"]
)
def test_an_upload_gets_a_folder_and_a_plain_name_of_its_own(tmp_path: Path, name: str) -> None:
    uploads = Uploads(tmp_path / "runs")
    first, second = uploads.place(name + ".csv", TABLE_ENDINGS), uploads.place(name + ".csv", TABLE_ENDINGS)
    assert first.parent != second.parent
    assert first.parent.parent == second.parent.parent == tmp_path / "runs" / FOLDER
    assert first.suffix == ".csv"
    assert set(first.stem) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
    assert 1 <= len(first.stem) <= 40


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    for name in ("x.pkl", "x.csv.exe", "csv", "", "x.npy"):
        with pytest.raises(DataError, match="is none of"):
            Uploads(tmp_path).place(name, TABLE_ENDINGS)
    assert not (tmp_path / FOLDER).exists()


def test_a_closed_page_leaves_only_what_a_run_was_trained_on(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    paths = [uploads.place(name, TABLE_ENDINGS) for name in ("of-a-run.csv", "left.csv", "of-a-study.csv")]
    for path in paths:
        path.write_text("a,b\n1,2\n")
    for name, path in (("run/experiment.toml", paths[0]), ("study/study.toml", paths[2])):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(f'path = "{path}"')
    uploads.close()
    assert [path.exists() for path in paths] == [True, False, True]


def test_pictures_are_unpacked_by_class_and_nothing_else_is(tmp_path: Path) -> None:
    files = {
        "animals/cat/1.png": b"one", "animals/cat/2.JPG": b"two", "animals/dog/1.png": b"three",
        "animals/dog/readme.txt": b"", "animals/dog/run.py": b"", "__MACOSX/animals/cat/._1.png": b"",
        "animals/.x/1.png": b"",
    }  # fmt: skip
    folder = unpack_pictures(zipped(tmp_path / "up", files))
    assert folder.name == "animals"
    assert files_below(folder) == {"cat/1.png", "cat/2.JPG", "dog/1.png"}
    assert (folder / "cat" / "2.JPG").read_bytes() == b"two"
    assert files_below(tmp_path) == {"up/set.zip", *(f"up/set/animals/{name}" for name in files_below(folder))}


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/evil.png", "//evil.png", "a\\..\\..\\evil.png"])
def test_an_entry_that_aims_elsewhere_refuses_the_whole_archive(tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "up", {"cat/1.png": PICTURE, name: PICTURE})
    with pytest.raises(DataError, match="is refused"):
        unpack_pictures(archive)
    assert files_below(tmp_path) == {"up/set.zip"}


def test_a_link_refuses_the_whole_archive(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "up", {"cat/1.png": PICTURE})
    link = zipfile.ZipInfo("dog/1.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(DataError, match="a link"):
        unpack_pictures(archive)
    assert files_below(tmp_path) == {"up/set.zip"}


def test_an_archive_that_unpacks_to_too_much_is_refused_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(tmp_path / "up", {f"cat/{place}.png": bytes(50_000) for place in range(10)})
    assert archive.stat().st_size < 5_000
    monkeypatch.setattr(module, "MOST_UNPACKED", 400_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        unpack_pictures(archive)
    assert files_below(tmp_path) == {"up/set.zip"}


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = zipped(tmp_path / "up", {f"cat/{place}.png": PICTURE for place in range(11)})
    monkeypatch.setattr(module, "MOST_FILES", 10)
    with pytest.raises(DataError, match="11 pictures, more than 10"):
        unpack_pictures(archive)
    monkeypatch.setattr(module, "MOST_DIRECTORY_BYTES", 100)
    with pytest.raises(DataError, match="more than the 10 files"):
        unpack_pictures(archive)


def test_what_is_no_zip_of_pictures_is_told(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "up", {"cat/1.png": PICTURE * 100}).read_bytes()
    damaged, torn = bytearray(whole), bytearray(whole)
    torn[39] ^= 0xFF  # the first byte of the packed picture, behind its name
    damaged[14] ^= 0xFF  # its checksum, in the archive's own list too
    damaged[whole.index(b"PK\x01\x02") + 16] ^= 0xFF
    for content, words in (
        (b"", "is no zip"),
        (b"PK nothing", "is no zip"),
        (whole[:-30], "is no zip"),
        (bytes(damaged), "cannot be unpacked"),
        (bytes(torn), "cannot be unpacked"),
        (zipped(tmp_path / "none", {"a.txt": b""}).read_bytes(), "holds no pictures"),
    ):
        path = tmp_path / "up" / "set.zip"
        path.write_bytes(content)
        with pytest.raises(DataError, match=words):
            unpack_pictures(path)
        assert not (tmp_path / "up" / "set").exists()


def test_an_archive_packed_in_a_rare_way_is_told(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("cat/1.png", PICTURE)
    with pytest.raises(DataError, match="in a rare way"):
        unpack_pictures(tmp_path / "set.zip")


def test_a_path_must_lie_in_an_allowed_folder(tmp_path: Path) -> None:
    home, data, outside = (tmp_path / name for name in ("home", "data", "outside"))
    for folder in (home, data, outside):
        folder.mkdir()
        (folder / "x.csv").write_text("")
    (home / "out").symlink_to(outside)
    (home / "in").symlink_to(data)
    roots = [home, data]
    assert allowed_path(" x.csv ", roots) == home / "x.csv"
    assert allowed_path(str(data / "x.csv"), roots) == data / "x.csv"
    assert allowed_path("in/x.csv", roots) == data / "x.csv"
    for text in (
        "../outside/x.csv",
        str(outside / "x.csv"),
        "out/x.csv",
        "/etc/passwd",
        "~/x.csv",
        "in/../../outside/x.csv",
    ):
        with pytest.raises(DataError, match="outside the allowed folders"):
            allowed_path(text, roots)
    with pytest.raises(MissingDataError, match="there is no"):
        allowed_path("none.csv", roots)
    for text in ("", "a\0b", "x" * 5_000):
        with pytest.raises(DataError):
            allowed_path(text, roots)


def test_a_link_in_a_folder_of_pictures_may_not_lead_out(tmp_path: Path) -> None:
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "cat").mkdir(parents=True)
    outside.mkdir()
    (outside / "1.png").write_bytes(PICTURE)
    (inside / "cat" / "1.png").write_bytes(PICTURE)
    (inside / "cat" / "2.png").symlink_to(inside / "cat" / "1.png")
    check_links(inside, [inside])
    for name, target in (("cat/3.png", outside / "1.png"), ("dog", outside)):
        link = inside / name
        link.symlink_to(target)
        with pytest.raises(DataError, match="is a link out of"):
            check_links(inside, [inside])
        link.unlink()


def test_plain_names_keep_what_a_person_knows() -> None:
    assert plain_name("penguins.csv") == "penguins"
    assert plain_name("日本.csv") == "data"


def ask(headers: list[tuple[bytes, bytes]], chunks: list[bytes]) -> tuple[list[Any], bytes]:
    """Send a request through a limit of ten bytes; return what is answered and what came through."""
    answers: list[Any] = []
    came = bytearray()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "http.request":
            came.extend(message["body"])
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200})
                return

    messages = [
        {"type": "http.request", "body": chunk, "more_body": place + 1 < len(chunks)}
        for place, chunk in enumerate(chunks)
    ]

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        answers.append(message)

    asyncio.run(BodyLimit(app, 10)({"type": "http", "headers": headers}, receive, send))
    return answers, bytes(came)


def test_a_request_may_bring_so_much_and_no_more() -> None:
    assert ask([(b"content-length", b"10")], [b"01234", b"56789"]) == (
        [{"type": "http.response.start", "status": 200}],
        b"0123456789",
    )
    for length in (b"11", b"-1", b"x"):
        answers, came = ask([(b"content-length", length)], [b"0"])
        assert (answers[0]["status"], came) == (413, b"")
    answers, came = ask([], [b"0123456789", b"0", b"1"])
    assert (answers, came) == ([], b"0123456789")
