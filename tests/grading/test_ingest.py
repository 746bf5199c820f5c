"""What is taken in, what is refused, and that one bad file stops nobody else."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from coursekit.errors import CourseError
from coursekit.grading import collect
from coursekit.grading.bundle import Bundle
from coursekit.grading.ingest import ingest
from coursekit.grading.snapshot import Snapshot, remove_store, store_files

SOURCE, BOOK = "convnets/correlation.py", "ps90.ipynb"
Take = Callable[[], dict[str, Snapshot]]


@pytest.fixture
def submitted(tmp_path: Path) -> Path:
    """Return a folder of submissions with one honest one, bea's."""
    folder = tmp_path / "submitted"
    write(folder / "bea" / "ps90" / BOOK)
    write(folder / "bea" / "ps90" / SOURCE)
    return folder


@pytest.fixture
def take(submitted: Path, tmp_path: Path, bundle: Bundle) -> Take:
    """Take everything in; whatever else there is, bea's must be whole."""

    def take() -> dict[str, Snapshot]:
        found = ingest(submitted, bundle.problem_set, tmp_path / "store")
        taken = {snapshot.student: snapshot for snapshot in found}
        assert taken["bea"].problem == ""
        assert names(taken["bea"]) == [SOURCE, BOOK]
        assert all("\n" not in snapshot.problem for snapshot in found)
        return taken

    return take


def write(path: Path, data: bytes = b"data") -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(snapshot: Snapshot) -> list[str]:
    """List the files of a snapshot."""
    if snapshot.folder is None:
        return []
    files = [path for path in snapshot.folder.rglob("*") if path.is_file()]
    return sorted(path.relative_to(snapshot.folder).as_posix() for path in files)


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    """Write a zip file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_a_folder_is_copied_and_made_read_only(take: Take):
    folder = take()["bea"].folder
    assert folder is not None
    for path in [folder, *folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o277 == 0


def test_a_zip_file_named_after_the_student_is_taken(submitted: Path, take: Take):
    zipped(submitted / "carl.zip", (BOOK, b"data"), (SOURCE, b"data"))
    taken = take()
    assert taken["carl"].digest == taken["bea"].digest
    assert taken["carl"].problem == ""


@pytest.mark.parametrize("folder", ["anna", "anna/ps90"])
def test_the_zip_is_found_in_the_students_folder(
    submitted: Path, take: Take, folder: str
):
    path = submitted / folder / "ps90-submission.zip"
    zipped(path, (BOOK, b"{}"), (SOURCE, b"pass"))
    write(submitted / folder / "timestamp.txt", b"yesterday")
    snapshot = take()["anna"]
    assert (snapshot.problem, names(snapshot)) == ("", [SOURCE, BOOK])


def test_a_zip_beside_the_files_is_left_out(submitted: Path, take: Take):
    zipped(submitted / "bea" / "ps90" / "ps90-submission.zip", (BOOK, b"other"))
    assert take()["bea"].remarks == ("Ignored: ps90-submission.zip.",)


def test_equal_submissions_share_a_folder_and_changes_get_a_new_one(
    submitted: Path, take: Take
):
    first = take()["bea"]
    assert take()["bea"] == first
    write(submitted / "bea" / "ps90" / SOURCE, b"changed")
    assert take()["bea"].digest != first.digest
    assert first.folder is not None
    assert (first.folder / SOURCE).read_bytes() == b"data"


def test_time_of_receipt_is_ours(submitted: Path, take: Take):
    write(submitted / "bea" / "ps90" / "timestamp.txt", b"1999-01-01 garbage\n\0")
    os.utime(submitted / "bea" / "ps90", (0, 1_700_000_000))
    snapshot = take()["bea"]
    assert snapshot.received == "2023-11-14T22:13:20+00:00"
    assert snapshot.remarks == ("Ignored: timestamp.txt.",)


def test_names_are_taken_as_they_are(submitted: Path, take: Take):
    for student in ("Åsa Ødegård, jr.", "=cmd()", 'o"hara', "名前", "x" * 200):
        write(submitted / student / "ps90" / BOOK)
        assert student in take()


def test_a_name_with_a_control_character_is_refused(submitted: Path, take: Take):
    write(submitted / "two\nlines" / "ps90" / BOOK)
    problem = take()["two\nlines"].problem
    assert problem == "The student's name holds a control character."


def test_others_problem_sets_and_stray_files_are_no_submissions(
    submitted: Path, take: Take
):
    write(submitted / "dora" / "ps1" / BOOK)
    write(submitted / "notes.txt")
    write(submitted / ".hidden" / "ps90" / BOOK)
    assert set(take()) == {"bea"}


def test_a_missing_file_is_a_line_and_costs_not_the_other(submitted: Path, take: Take):
    write(submitted / "anna" / "ps90" / BOOK)
    snapshot = take()["anna"]
    assert snapshot.problem == f"{SOURCE} is missing."
    assert names(snapshot) == [BOOK]


def test_an_empty_folder_is_a_line(submitted: Path, take: Take):
    (submitted / "anna" / "ps90").mkdir(parents=True)
    snapshot = take()["anna"]
    assert snapshot.problem == f"{BOOK} is missing. {SOURCE} is missing."
    assert snapshot.folder is None


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ("ps90 (1).ipynb", BOOK),
        ("ps90/ps90.ipynb", BOOK),
        ("correlation.py", SOURCE),
        ("src/convnets/correlation.py", SOURCE),
    ],
)
def test_a_file_in_another_place_is_found_and_remarked_on(
    submitted: Path, take: Take, there: str, taken: str
):
    write(submitted / "anna" / "ps90" / there)
    write(submitted / "anna" / "ps90" / ".ipynb_checkpoints" / "x-checkpoint.ipynb")
    snapshot = take()["anna"]
    assert names(snapshot) == [taken]
    assert f"{there} was taken as {taken}." in snapshot.remarks


def test_modules_beside_the_notebook_are_left_out(submitted: Path, take: Take):
    for name in ("numpy.py", "torch/__init__.py", "ipykernel_launcher.py", ".pth"):
        write(submitted / "bea" / "ps90" / name)
    (remark,) = take()["bea"].remarks
    assert remark.startswith("Ignored: .pth, ipykernel_launcher.py, numpy.py, torch/")


def link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


def hard_link(path: Path) -> None:
    os.link(write(path.with_name("other")), path)


def pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (link, "ps90.ipynb is a symbolic link."),
        (hard_link, "ps90.ipynb is a hard link."),
        (pipe, "ps90.ipynb is not a file."),
    ],
)
def test_links_and_pipes_are_refused(
    submitted: Path, take: Take, make: Callable[[Path], None], sentence: str
):
    write(submitted / "anna" / "ps90" / SOURCE)
    make(submitted / "anna" / "ps90" / BOOK)
    snapshot = take()["anna"]
    assert snapshot.problem == sentence
    assert names(snapshot) == [SOURCE]


def test_linked_folders_are_not_followed(submitted: Path, take: Take, tmp_path: Path):
    write(tmp_path / "secret" / "ps90" / SOURCE)
    write(tmp_path / "secret" / "ps90" / BOOK)
    write(submitted / "carl" / "ps90" / BOOK)
    (submitted / "carl" / "ps90" / "convnets").symlink_to(tmp_path / "secret")
    (submitted / "dora").symlink_to(tmp_path / "secret")
    (submitted / "emil").mkdir()
    (submitted / "emil" / "ps90").symlink_to(tmp_path / "secret" / "ps90")
    taken = take()
    assert "convnets is a link" in taken["carl"].problem
    assert names(taken["carl"]) == [BOOK]
    assert taken["dora"].problem == "The student's folder is a symbolic link."
    assert taken["emil"].problem == "The folder ps90 is a symbolic link."
    assert taken["dora"].folder is taken["emil"].folder is None


def test_too_large_a_file_is_refused(submitted: Path, take: Take, monkeypatch):
    monkeypatch.setattr(collect, "FILE_BYTES", 1 << 20)
    write(submitted / "anna" / "ps90" / BOOK, bytes(2 << 20))
    write(submitted / "anna" / "ps90" / SOURCE)
    assert take()["anna"].problem == "ps90.ipynb is larger than 1 MiB."


def test_too_many_files_are_refused(submitted: Path, take: Take, monkeypatch):
    monkeypatch.setattr(collect, "ENTRIES", 10)
    for number in range(20):
        write(submitted / "anna" / "ps90" / f"{number}.txt")
    assert "more than 10 files" in take()["anna"].problem


def member(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    """Return a member of a zip file with the mode of a kind of file."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ([(member("../evil.py"), b"")], "a path that leads outside: ../evil.py."),
        ([(member("/etc/evil"), b"")], "a path that leads outside: /etc/evil."),
        ([(member("a\\..\\..\\evil"), b"")], "a path that leads outside"),
        ([(member("C:evil"), b"")], "a path that leads outside: C:evil."),
        ([(member(BOOK, stat.S_IFLNK | 0o777), b"/etc/passwd")], "a link or a device"),
        ([(member(BOOK, stat.S_IFCHR | 0o666), b"")], "a link or a device"),
        ([("more.zip", b"PK")], "another archive: more.zip."),
        ([("more.tar.gz", b"")], "another archive: more.tar.gz."),
        ([("bomb.bin", bytes(3 << 20))], "unpacks to more than 2 MiB."),
        ([(f"{n}", b"") for n in range(2001)], "holds more than 2000 files."),
    ],
)
def test_unsafe_zip_files_are_refused(
    submitted: Path, take: Take, monkeypatch, members: list, sentence: str
):
    monkeypatch.setattr(collect, "UNPACKED_BYTES", 2 << 20)
    zipped(submitted / "anna.zip", *members)
    snapshot = take()["anna"]
    assert sentence in snapshot.problem
    assert snapshot.folder is None


def test_a_member_twice_is_refused(submitted: Path, take: Take):
    with pytest.warns(UserWarning, match="Duplicate name"):
        zipped(submitted / "anna.zip", (BOOK, b"one"), (BOOK, b"two"))
    assert take()["anna"].problem == f"The zip file holds {BOOK} twice."


def damaged(data: bytes) -> bytes:
    """Change a byte of the packed data."""
    return data[:50] + bytes([data[50] ^ 255]) + data[51:]


def lying(data: bytes) -> bytes:
    """Claim that every member unpacks to a few bytes."""
    sizes = struct.pack("<I", 3 << 20)
    return data.replace(sizes, struct.pack("<I", 10))


def encrypted(data: bytes) -> bytes:
    """Set the flag of encryption, in both places."""
    changed = bytearray(data)
    changed[data.index(b"PK\x03\x04") + 6] |= 1
    changed[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


BROKEN = {
    "empty": (lambda data: b"", "damaged or is not"),
    "text": (lambda data: b"not a zip file", "damaged or is not"),
    "cut": (lambda data: data[: len(data) // 2], "damaged or is not"),
    "changed": (damaged, "damaged"),
    "lying": (lying, "damaged"),
    "encrypted": (encrypted, "encrypted"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_zip_files_are_a_line(submitted: Path, take: Take, name: str):
    change, word = BROKEN[name]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(BOOK, os.urandom(3 << 20))
    write(submitted / "anna.zip", change(buffer.getvalue()))
    assert word in take()["anna"].problem


def test_a_second_submission_is_reported(submitted: Path, take: Take):
    zipped(submitted / "anna.zip", (BOOK, b"zip"), (SOURCE, b"zip"))
    write(submitted / "anna" / "ps90" / BOOK, b"folder")
    assert "anna.zip is a second submission" in take()["anna"].problem


def test_a_missing_class_is_a_course_error(tmp_path: Path, bundle: Bundle):
    with pytest.raises(CourseError, match="no folder"):
        ingest(tmp_path / "nowhere", bundle.problem_set, tmp_path / "store")


def test_a_store_can_be_removed(tmp_path: Path):
    store_files({"a/b": b"data"}, tmp_path / "store")
    remove_store(tmp_path / "store")
    assert not (tmp_path / "store").exists()
