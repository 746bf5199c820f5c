"""A run that was cut ends as if it had not been, and no checkpoint is taken wrongly."""

import dataclasses
import errno
from pathlib import Path

import pytest
import torch

from convnets.schedule import one_cycle
from convnets.training import train_one_epoch
from coursekit import colab
from coursekit.errors import CourseError
from coursekit.runs import checkpoint_folder, fit

from .conftest import small_network


class Cut(Exception):
    """The session is lost."""


def run(network, dataset, preset, path, seed=0, **options):
    options = {"device": "cpu", "is_shown": False, **options}
    return fit(network, dataset, preset, seed, checkpoint=path, **options)


def cut_in_epoch(number, after=2):
    """Return a loop that breaks off after a few batches of an epoch."""
    epochs = []

    def loop(network, batches, optimizer, scheduler):
        epochs.append(0)
        if len(epochs) < number:
            return train_one_epoch(network, batches, optimizer, scheduler)
        few = (batch for _, batch in zip(range(after), batches, strict=False))
        train_one_epoch(network, few, optimizer, scheduler)
        raise Cut

    return loop


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_cut_run_ends_like_an_unbroken_one(
    dataset, preset, weights, tmp_path, number
):
    unbroken, path = small_network(), tmp_path / "run.pt"
    want = fit(unbroken, dataset, preset, 1, device="cpu", is_shown=False)
    with pytest.raises(Cut):
        run(
            small_network(),
            dataset,
            preset,
            path,
            1,
            train_one_epoch=cut_in_epoch(number),
        )
    resumed = small_network(seed=9)  # its weights come from the checkpoint
    torch.rand(17)  # a new session has drawn other numbers
    if number == 1:
        resumed = small_network()  # nothing was kept
    got = run(resumed, dataset, preset, path, 1)
    assert torch.equal(weights(resumed), weights(unbroken))
    for name in ("train_loss", "test_loss", "test_accuracy", "learning_rate"):
        assert got.curve(name) == want.curve(name)


@pytest.mark.parametrize(
    ("first", "then"), [(None, one_cycle), (one_cycle, None), (one_cycle, one_cycle)]
)
def test_a_run_goes_on_with_the_rates_of_another_function(
    dataset, preset, tmp_path, first, then
):
    path = tmp_path / "run.pt"
    preset = dataclasses.replace(preset, pct_start=0.8)  # it is cut while they rise
    cut = {"schedule": first, "train_one_epoch": cut_in_epoch(2)}
    with pytest.raises(Cut):
        run(small_network(), dataset, preset, path, **cut)
    got = run(small_network(), dataset, preset, path, schedule=then)
    want = run(small_network(), dataset, preset, None)
    rates = want.curve("learning_rate")
    assert got.curve("learning_rate")[:-1] == pytest.approx(rates[:-1])


def test_only_what_is_left_is_trained(dataset, preset, tmp_path):
    path, seen = tmp_path / "run.pt", []
    with pytest.raises(Cut):
        run(small_network(), dataset, preset, path, train_one_epoch=cut_in_epoch(3))

    def counting(*args):
        seen.append(0)
        return train_one_epoch(*args)

    run(small_network(), dataset, preset, path, train_one_epoch=counting)
    assert len(seen) == 2


def test_a_finished_run_gives_its_weights_and_history_at_once(
    dataset, preset, weights, tmp_path
):
    path, trained, fresh = tmp_path / "run.pt", small_network(), small_network(9)
    history = run(trained, dataset, preset, path)
    again = run(fresh, dataset, preset, path, train_one_epoch=cut_in_epoch(1))
    assert again == history
    assert torch.equal(weights(fresh), weights(trained))


def test_a_checkpoint_holds_no_code(dataset, preset, tmp_path):
    run(small_network(), dataset, preset, tmp_path / "run.pt")
    parts = torch.load(tmp_path / "run.pt", weights_only=True)
    assert len(parts["epochs"]) == preset.epochs
    assert [path.name for path in tmp_path.iterdir()] == ["run.pt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "longer"}, r"its `preset` is 'test', and here it is 'longer'"),
        ({"max_lr": 0.2}, r"its `max_lr` is 0\.1, and here it is 0\.2"),
        ({"epochs": 9}, r"its `epochs` is 4, and here it is 9"),
    ],
)
def test_a_checkpoint_of_another_preset_is_told(
    dataset, preset, tmp_path, change, message
):
    path = tmp_path / "run.pt"
    run(small_network(), dataset, preset, path)
    before = path.read_bytes()
    with pytest.raises(CourseError, match=f"of another run: {message}.*delete the"):
        run(small_network(), dataset, dataclasses.replace(preset, **change), path)
    assert path.read_bytes() == before


def test_other_words_in_a_preset_do_no_harm(dataset, preset, tmp_path):
    path = tmp_path / "run.pt"
    run(small_network(), dataset, preset, path)
    reworded = dataclasses.replace(preset, purpose="said in another way")
    run(small_network(), dataset, reworded, path, train_one_epoch=cut_in_epoch(1))


def test_a_checkpoint_of_another_network_seed_or_data_is_told(
    dataset, preset, tmp_path
):
    path = tmp_path / "run.pt"
    run(small_network(), dataset, preset, path)
    with pytest.raises(CourseError, match="weights of another network"):
        run(small_network(width=6), dataset, preset, path)
    with pytest.raises(CourseError, match="its `seed` is 0, and here it is 1"):
        run(small_network(), dataset, preset, path, seed=1)
    with pytest.raises(CourseError, match=r"its `data` is 'three \(33 examples\)'"):
        run(small_network(), dataset.first(20), preset, path)


@pytest.mark.parametrize("keep", [0, 1, 0.5, -1])
def test_half_a_checkpoint_is_told_and_kept(dataset, preset, tmp_path, keep):
    path = tmp_path / "run.pt"
    run(small_network(), dataset, preset, path)
    data = path.read_bytes()
    cut = data[: int(keep * len(data))] if isinstance(keep, float) else data[:keep]
    path.write_bytes(cut)
    with pytest.raises(CourseError, match=r"run\.pt is no checkpoint .*broken one"):
        run(small_network(), dataset, preset, path)
    assert path.read_bytes() == cut


def test_other_files_of_pytorch_are_told(dataset, preset, tmp_path):
    path = tmp_path / "run.pt"
    torch.save(small_network().state_dict(), path)
    with pytest.raises(CourseError, match="no checkpoint of this course"):
        run(small_network(), dataset, preset, path)


def test_code_in_a_checkpoint_is_not_run(dataset, preset, tmp_path):
    path = tmp_path / "run.pt"

    class Planted:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "planted",))

    torch.save({"identity": Planted(), "format": 1}, path)
    with pytest.raises(CourseError, match="no checkpoint of this course"):
        run(small_network(), dataset, preset, path)
    assert not (tmp_path / "planted").exists()


def test_on_a_full_disk_training_goes_on_and_the_last_checkpoint_stays(
    dataset, preset, tmp_path, monkeypatch, capsys
):
    path = tmp_path / "run.pt"
    with pytest.raises(Cut):
        run(small_network(), dataset, preset, path, train_one_epoch=cut_in_epoch(2))
    before = path.read_bytes()

    def full(self, data):
        with self.open("wb") as file:
            file.write(data[:100])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    history = run(small_network(), dataset, preset, path)
    assert len(history.epochs) == preset.epochs
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["run.pt"]
    said = capsys.readouterr().err
    assert "could not be written (No space left on device)" in said
    assert "of an earlier epoch is kept, and training goes on" in said


def test_a_folder_that_cannot_be_written_stops_nothing(
    dataset, preset, tmp_path, capsys
):
    (tmp_path / "file").write_text("in the way")
    run(small_network(), dataset, preset, tmp_path / "file" / "run.pt")
    assert "There is none, and training goes on" in capsys.readouterr().err


def test_checkpoints_lie_here_unless_drive_is_asked_for(monkeypatch, tmp_path):
    assert checkpoint_folder(drive=True) == Path("checkpoints")  # not on Colab
    monkeypatch.setattr(colab, "on_colab", lambda: True)
    monkeypatch.setattr(colab, "DRIVE", tmp_path / "drive")
    assert checkpoint_folder() == Path("checkpoints")
    with pytest.raises(CourseError, match=r"Drive is not connected.*setup\(drive=True"):
        checkpoint_folder(drive=True)
    (tmp_path / "drive" / "MyDrive").mkdir(parents=True)
    assert checkpoint_folder(drive=True) == colab.KEPT / "checkpoints"
