"""Data sets load as torchvision reads them, and every failure says what to do."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import pickle
import shutil
import tarfile
import threading
from collections import namedtuple

import numpy as np
import pytest
import torch
import torchvision.datasets

from coursekit import datasets, downloads
from coursekit.datasets import data_folder, load_dataset
from coursekit.errors import CourseError

DIGITS_HELP = r'load_dataset\("digits"\) needs no download'
TRAIN, TEST = 7, 5


def idx(array):
    """Write an array as MNIST's files are written."""
    head = bytes([0, 0, 8, array.ndim])
    return head + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def md5(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def published(tmp_path, monkeypatch, rng):
    """Publish a small MNIST in a folder, and tell torchvision its checksums."""
    folder, resources = tmp_path / "published", []
    folder.mkdir()
    for part, count in (("train", TRAIN), ("t10k", TEST)):
        images = rng.integers(256, size=(count, 28, 28), dtype=np.uint8)
        labels = rng.integers(10, size=count, dtype=np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            data = gzip.compress(idx(array))
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(data)
            resources.append((f"{part}-{kind}-ubyte.gz", md5(data)))
    monkeypatch.setattr(torchvision.datasets.MNIST, "resources", resources)
    return folder


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve a folder; break off in the middle of what is called so."""

    cut = ""

    def log_message(self, *args):
        """Stay silent."""

    def copyfile(self, source, outputfile):
        data = source.read()
        is_cut = self.cut and self.cut in self.path
        outputfile.write(data[: len(data) // 2] if is_cut else data)


@pytest.fixture
def serve():
    """Serve a folder on this machine, and return its address."""
    servers = []

    def start(folder, cut=""):
        class Here(Handler):
            def __init__(self, *args):
                super().__init__(*args, directory=str(folder))

        Here.cut = cut
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Here)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def left_in(root):
    return sorted(path.name for path in root.iterdir()) if root.exists() else []


def test_a_download_leaves_what_torchvision_reads_and_nothing_else(
    published, serve, tmp_path
):
    root = tmp_path / "data"
    data = load_dataset("mnist", root, mirror=serve(published))
    raw = torchvision.datasets.MNIST(root, train=True)
    assert torch.equal(data.train_images[:, 0], raw.data)
    assert torch.equal(data.train_labels, raw.targets)
    assert data.test_images.shape == (TEST, 1, 28, 28)
    assert data.classes[3] == "3"
    assert left_in(root) == ["MNIST"]
    assert not list(root.rglob("*.gz"))


def test_what_is_there_is_not_fetched_again(published, serve, tmp_path, monkeypatch):
    load_dataset("mnist", tmp_path / "data", mirror=serve(published))
    monkeypatch.setattr(downloads.urllib.request, "urlopen", None)
    again = load_dataset("mnist", tmp_path / "data")
    assert len(again.train_images) == TRAIN


def test_two_notebooks_may_download_at_once(published, serve, tmp_path, monkeypatch):
    root, address, read = tmp_path / "data", serve(published), datasets._read

    def read_after_another(name, folder):
        if folder != root and not (root / "MNIST").exists():
            shutil.copytree(folder / "MNIST", root / "MNIST")
        return read(name, folder)

    monkeypatch.setattr(datasets, "_read", read_after_another)
    assert len(load_dataset("mnist", root, mirror=address).train_labels) == TRAIN
    assert left_in(root) == ["MNIST"]


def test_the_environment_names_folder_and_mirror(
    published, serve, tmp_path, monkeypatch
):
    monkeypatch.setenv("CONVNETS_DATA", str(tmp_path / "mine"))
    monkeypatch.setenv("CONVNETS_MIRROR", serve(published) + "/")
    load_dataset("mnist")
    assert left_in(tmp_path / "mine") == ["MNIST"]
    assert data_folder(tmp_path / "other") == tmp_path / "other"


@pytest.mark.parametrize(
    ("system", "variable"), [("linux", "XDG_CACHE_HOME"), ("win32", "LOCALAPPDATA")]
)
def test_else_the_cache_of_the_user_is_taken(system, variable, tmp_path, monkeypatch):
    monkeypatch.delenv("CONVNETS_DATA", raising=False)
    monkeypatch.setattr("coursekit.datasets.sys.platform", system)
    monkeypatch.setenv(variable, str(tmp_path))
    assert data_folder() == tmp_path / "convnets-course" / "data"


def test_no_network_is_said(tmp_path):
    address = "http://127.0.0.1:9"  # the port of "discard": nobody answers
    with pytest.raises(CourseError, match=f"cannot be reached.*{DIGITS_HELP}"):
        load_dataset("mnist", tmp_path / "data", mirror=address)
    assert left_in(tmp_path / "data") == []


def test_a_missing_file_is_said(published, serve, tmp_path):
    (published / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(CourseError, match=f"t10k-labels.* answers 404.*{DIGITS_HELP}"):
        load_dataset("mnist", tmp_path / "data", mirror=serve(published))
    assert left_in(tmp_path / "data") == []


def test_a_wrong_checksum_is_said(published, serve, tmp_path):
    with (published / "t10k-labels-idx1-ubyte.gz").open("ab") as file:
        file.write(b"more")
    with pytest.raises(CourseError, match=f"has the checksum .*{DIGITS_HELP}"):
        load_dataset("mnist", tmp_path / "data", mirror=serve(published))
    assert left_in(tmp_path / "data") == []


def test_a_download_that_breaks_off_is_said(published, serve, tmp_path):
    mirror = serve(published, cut="train-images")
    with pytest.raises(CourseError, match=f"broke off.*{DIGITS_HELP}"):
        load_dataset("mnist", tmp_path / "data", mirror=mirror)
    assert left_in(tmp_path / "data") == []


def test_after_a_failure_the_next_try_succeeds(published, serve, tmp_path):
    with pytest.raises(CourseError):
        load_dataset("mnist", tmp_path, mirror=serve(published, cut="t10k-labels"))
    data = load_dataset("mnist", tmp_path, mirror=serve(published))
    assert len(data.test_labels) == TEST


def test_too_little_room_is_said_before_anything_is_fetched(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(9, 8, 1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(
        CourseError, match=f"takes 380 MB, but .* 1 MB left.*{DIGITS_HELP}"
    ):
        load_dataset("cifar10", tmp_path)
    assert left_in(tmp_path) == []


def test_a_disk_that_fills_up_is_said(published, serve, tmp_path, monkeypatch):
    def full(*args, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torchvision.datasets.mnist, "extract_archive", full)
    monkeypatch.setattr("torchvision.datasets.utils.extract_archive", full)
    with pytest.raises(CourseError, match=f"disk with .* is full.*{DIGITS_HELP}"):
        load_dataset("mnist", tmp_path / "data", mirror=serve(published))
    assert left_in(tmp_path / "data") == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CourseError, match=f"no writing in .*{DIGITS_HELP}"):
        load_dataset("mnist", tmp_path / "file")
    assert left_in(tmp_path) == ["file"]


def test_an_interrupt_leaves_nothing(published, serve, tmp_path, monkeypatch):
    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(http.client.HTTPResponse, "read", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load_dataset("mnist", tmp_path / "data", mirror=serve(published))
    assert left_in(tmp_path / "data") == []


def test_half_of_a_file_on_the_disk_is_said_and_kept(published, serve, tmp_path):
    load_dataset("mnist", tmp_path, mirror=serve(published))
    path = tmp_path / "MNIST" / "raw" / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CourseError, match=f"broken or incomplete.*{DIGITS_HELP}"):
        load_dataset("mnist", tmp_path)
    assert path.exists()


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(CourseError, match=r'"mnist", .*"digits".*\'imagenet\''):
        load_dataset("imagenet")


def publish_cifar(folder, rng, monkeypatch):
    """Pack a small CIFAR-10 as the real one is packed."""
    kind, listed = torchvision.datasets.CIFAR10, {}
    inside = folder / kind.base_folder
    inside.mkdir(parents=True)
    names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
    for name in names:
        pixels = rng.integers(256, size=(2, 3072), dtype=np.uint8)
        (inside / name).write_bytes(pickle.dumps({"data": pixels, "labels": [3, 8]}))
        listed[name] = md5((inside / name).read_bytes())
    meta = {"label_names": [f"class {i}" for i in range(10)]}
    (inside / "batches.meta").write_bytes(pickle.dumps(meta))
    archive = folder / kind.filename
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(inside, kind.base_folder)
    monkeypatch.setattr(kind, "train_list", [[n, listed[n]] for n in names[:5]])
    monkeypatch.setattr(kind, "test_list", [[n, listed[n]] for n in names[5:]])
    meta_md5 = md5((inside / "batches.meta").read_bytes())
    monkeypatch.setattr(kind, "meta", {**kind.meta, "md5": meta_md5})
    monkeypatch.setattr(kind, "tgz_md5", md5(archive.read_bytes()))


def test_cifar_comes_with_its_channels_first(serve, tmp_path, monkeypatch, rng):
    publish_cifar(tmp_path / "published", rng, monkeypatch)
    root = tmp_path / "data"
    data = load_dataset("cifar10", root, mirror=serve(tmp_path / "published"))
    raw = torchvision.datasets.CIFAR10(root, train=True)
    np.testing.assert_array_equal(data.train_images, raw.data.transpose(0, 3, 1, 2))
    assert data.train_images.is_contiguous()
    assert data.test_labels.tolist() == [3, 8]
    assert left_in(root) == ["cifar-10-batches-py"]


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist", "cifar10"])
def test_torchvision_still_has_addresses_and_checksums(name, tmp_path):
    from coursekit.datasets import _archives

    for path, urls, checksum in _archives(name, tmp_path, None):
        assert urls
        assert all(url.startswith("http") and url.endswith(path.name) for url in urls)
        assert len(checksum) == 32
