"""The pictures that networks are trained on, as tensors in memory.

MNIST, Fashion-MNIST and CIFAR-10 are downloaded once, by torchvision's addresses and
checksums; scikit-learn's digits need no download.
"""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursekit.downloads import DownloadError, check_space, explain_disk, fetch
from coursekit.errors import CourseError

if TYPE_CHECKING:
    import torch

ROOT_VARIABLE = "CONVNETS_DATA"
MIRROR_VARIABLE = "CONVNETS_MIRROR"
# torchvision's class, the folder it makes, and the room it takes, in bytes.
KNOWN = {
    "mnist": ("MNIST", "MNIST", 80_000_000),
    "fashion-mnist": ("FashionMNIST", "FashionMNIST", 100_000_000),
    "cifar10": ("CIFAR10", "cifar-10-batches-py", 380_000_000),
}
NAMES = (*KNOWN, "digits")
DIGITS_TEST = 500  # held out of the 1,797 digits
DIGITS_SEED = 0


@dataclasses.dataclass(frozen=True, eq=False)
class Dataset:
    """Pictures and their classes, split into training and test.

    Attributes
    ----------
    name : str
        Such as ``"mnist"``.
    train_images, test_images : Tensor, shape (N, C, H, W)
        Pixels from 0 to 255, as uint8.
    train_labels, test_labels : Tensor, shape (N,)
        The class that each picture shows, as int64.
    classes : tuple of str
        What the classes are called, in the order of the labels.
    mean, std : tuple of float
        Of the training pixels divided by 255, one of each per channel.
    """

    name: str
    train_images: torch.Tensor
    train_labels: torch.Tensor
    test_images: torch.Tensor
    test_labels: torch.Tensor
    classes: tuple[str, ...]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.mean:
            mean, std = _statistics(self.train_images)
            object.__setattr__(self, "mean", mean)
            object.__setattr__(self, "std", std)

    def standardized(self, images: torch.Tensor) -> torch.Tensor:
        """Shift and scale pixels by the mean and deviation of the training pictures.

        Parameters
        ----------
        images : Tensor, shape (N, C, H, W)
            Pixels from 0 to 255.

        Returns
        -------
        Tensor, shape (N, C, H, W)
            The same pictures in single precision, on the same device.
        """
        import torch

        mean = torch.tensor(self.mean, device=images.device).view(-1, 1, 1)
        std = torch.tensor(self.std, device=images.device).view(-1, 1, 1)
        return images.float().div_(255).sub_(mean).div_(std)

    def first(self, train: int | None, test: int | None = None) -> Dataset:
        """Keep the first pictures alone, for a quick look.

        Parameters
        ----------
        train : int or None
            How many training pictures to keep; None for all.
        test : int, optional
            How many test pictures to keep; all if not given.
        """
        return dataclasses.replace(
            self,
            train_images=self.train_images[:train],
            train_labels=self.train_labels[:train],
            test_images=self.test_images[:test],
            test_labels=self.test_labels[:test],
        )

    def like_cifar(self) -> Dataset:
        """Bring pictures to CIFAR-10's 3×32×32: grey in three channels, black around.

        Returns
        -------
        Dataset
            With images of shape (N, 3, 32, 32); itself if it has them already.
        """
        if tuple(self.train_images.shape[1:]) == (3, 32, 32):
            return self
        grow = {
            part: _pad_to(getattr(self, part), 32).expand(-1, 3, -1, -1).contiguous()
            for part in ("train_images", "test_images")
        }
        return dataclasses.replace(self, **grow, mean=(), std=())  # type: ignore[arg-type]


def load_dataset(
    name: str, root: str | Path | None = None, mirror: str | None = None
) -> Dataset:
    """Load a data set, and download it the first time.

    Parameters
    ----------
    name : str
        ``"mnist"``, ``"fashion-mnist"``, ``"cifar10"``, or ``"digits"``, which needs no
        download: scikit-learn's digits of 8×8 pixels, enlarged to the 20×20 in a frame
        of 28×28 that MNIST has, 1,297 to train with and 500 to test.
    root : str or Path, optional
        The folder of the data, in torchvision's layout; else the environment variable
        CONVNETS_DATA, else a folder in the user's cache.
    mirror : str, optional
        The address of a folder that holds the files under their own names, used in
        place of torchvision's addresses; else the environment variable CONVNETS_MIRROR.

    Returns
    -------
    Dataset
        The pictures and their labels.

    Raises
    ------
    CourseError
        If there is no such data set, or if it cannot be had: without a network or room
        on the disk, or if what came is broken. Nothing half-written is left.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio and Haffner (1998), section III.A, for MNIST.
    .. [2] Xiao, Rasul and Vollgraf (2017), arXiv:1708.07747, for Fashion-MNIST.
    .. [3] Krizhevsky (2009), chapter 3, for CIFAR-10.
    """
    if name == "digits":
        return _load_digits()
    if name not in KNOWN:
        known = ", ".join(f'"{each}"' for each in NAMES)
        msg = f"`name` must be one of {known}, but it is {name!r}."
        raise CourseError(msg)
    folder = data_folder(root)
    try:
        if not (folder / KNOWN[name][1]).exists():
            _download(name, folder, mirror or os.environ.get(MIRROR_VARIABLE))
        return _read(name, folder)
    except DownloadError as err:
        raise CourseError(_advice(name, folder, str(err))) from err


def data_folder(root: str | Path | None = None) -> Path:
    """Return the folder of the data: as given, of the environment, or in the cache.

    Parameters
    ----------
    root : str or Path, optional
        The folder, if you want to choose it.
    """
    chosen = root or os.environ.get(ROOT_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        cache = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local")
    elif sys.platform == "darwin":
        cache = Path.home() / "Library" / "Caches"
    else:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "convnets-course" / "data"


def _download(name: str, folder: Path, mirror: str | None) -> None:
    """Fetch and unpack beside, read all of it once, then move it where it belongs."""
    _, made, needed = KNOWN[name]
    with explain_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        check_space(folder, needed)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".download-") as beside:
            archives = _archives(name, Path(beside), mirror)
            for path, urls, md5 in archives:
                path.parent.mkdir(parents=True, exist_ok=True)
                fetch(urls, path, md5)
            _torchvision(name, Path(beside), True, download=True)  # checks and unpacks
            _read(name, Path(beside))
            for path, _, _ in archives:
                path.unlink()
            _move(Path(beside, made), folder / made)


def _move(made: Path, target: Path) -> None:
    """Move a finished folder, unless another program was quicker with the same."""
    try:
        made.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def _archives(
    name: str, folder: Path, mirror: str | None
) -> list[tuple[Path, list[str], str]]:
    """Return where each archive goes, where it lies and its checksum."""
    kind = _kind(name)
    if name == "cifar10":
        parts, raw = [(kind.filename, kind.tgz_md5)], folder
        places = [kind.url.removesuffix(kind.filename)]
    else:
        parts, raw = kind.resources, folder / KNOWN[name][1] / "raw"
        places = kind.mirrors
    if mirror:
        places = [f"{mirror.rstrip('/')}/"]
    return [
        (raw / file, [f"{place}{file}" for place in places], md5) for file, md5 in parts
    ]


def _read(name: str, folder: Path) -> Dataset:
    """Read a data set that lies in a folder."""
    import torch

    try:
        train, test = (
            _torchvision(name, folder, is_train) for is_train in (True, False)
        )
    except (RuntimeError, ValueError, AssertionError, EOFError, OSError) as err:
        msg = (
            f"What lies in {folder / KNOWN[name][1]} is broken or incomplete. Delete "
            "that folder, and the next call fetches it anew."
        )
        raise DownloadError(msg) from err
    parts: list[torch.Tensor] = []
    for part in (train, test):
        images = torch.as_tensor(part.data)
        # CIFAR-10 comes with its channels last, MNIST without an axis for its one.
        images = images.permute(0, 3, 1, 2) if images.ndim == 4 else images[:, None]
        parts += [images.contiguous(), torch.as_tensor(part.targets).long()]
    classes = tuple(label.rpartition(" - ")[0] or label for label in train.classes)
    return _assemble(name, parts, classes)


def _torchvision(name: str, folder: Path, train: bool, download: bool = False) -> Any:
    """Let torchvision read a part of a data set."""
    return _kind(name)(folder, train=train, download=download)


def _kind(name: str) -> Any:
    """Return torchvision's class of a data set."""
    from torchvision import datasets

    return getattr(datasets, KNOWN[name][0])


def _load_digits() -> Dataset:
    """Enlarge scikit-learn's digits and put some of them aside."""
    import torch

    from coursekit.data import digits

    images, labels = (torch.from_numpy(array) for array in digits())
    large = torch.nn.functional.interpolate(images, (20, 20), mode="bilinear")
    pixels = _pad_to((large * 255).round().to(torch.uint8), 28)
    generator = torch.Generator().manual_seed(DIGITS_SEED)
    order = torch.randperm(len(labels), generator=generator)
    test, train = order[:DIGITS_TEST], order[DIGITS_TEST:]
    parts = [pixels[train], labels[train], pixels[test], labels[test]]
    return _assemble("digits", parts, tuple("0123456789"))


def _assemble(
    name: str, parts: Sequence[torch.Tensor], classes: tuple[str, ...]
) -> Dataset:
    """Make a data set of its four tensors in the order of the fields."""
    train_images, train_labels, test_images, test_labels = parts
    return Dataset(name, train_images, train_labels, test_images, test_labels, classes)


def _pad_to(images: torch.Tensor, size: int) -> torch.Tensor:
    """Frame pictures in black, as evenly as it goes."""
    import torch

    height, width = size - images.shape[2], size - images.shape[3]
    sides = (width // 2, width - width // 2, height // 2, height - height // 2)
    return torch.nn.functional.pad(images, sides)


def _statistics(images: torch.Tensor) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return mean and deviation per channel, of pixels divided by 255."""
    import torch

    values = torch.arange(256, dtype=torch.float64) / 255
    means, stds = [], []
    for channel in range(images.shape[1]):
        counts = torch.bincount(images[:, channel].flatten(), minlength=256)
        share = counts.double() / counts.sum()
        mean = float(share @ values)
        means.append(mean)
        stds.append(float(share @ (values - mean) ** 2) ** 0.5)
    return tuple(means), tuple(stds)


def _advice(name: str, folder: Path, reason: str) -> str:
    """Say what failed and what can be done."""
    files = ", ".join(path.name for path, _, _ in _archives(name, folder, None))
    return (
        f'The data set "{name}" cannot be had. {reason} '
        "Try again later, name another folder by `root` or the environment variable "
        f"{ROOT_VARIABLE}, or the address of a folder that holds {files} by `mirror` "
        f"or {MIRROR_VARIABLE}. "
        'Meanwhile load_dataset("digits") needs no download.'
    )
