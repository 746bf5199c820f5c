"""On a make-believe Colab: the folder is found, kept on Drive, and downloaded from."""

from __future__ import annotations

import json
import os
import shutil
import sys
import types
from importlib import util

import pytest

from coursekit import colab, submission
from coursekit.checks import key, released
from coursekit.errors import CourseError


@pytest.fixture
def google(tmp_path, monkeypatch):
    """Stand in for the modules that Colab brings, and for its folders."""
    content = tmp_path / "content"
    content.mkdir()
    monkeypatch.setattr(colab, "CONTENT", content)
    monkeypatch.setattr(colab, "DRIVE", content / "drive")
    monkeypatch.setattr(colab, "KEPT", content / "drive/MyDrive/convnets-course")
    module = types.ModuleType("google.colab")
    module.calls = []
    module.drive = types.SimpleNamespace(mount=mount(module, content))
    module.files = types.SimpleNamespace(
        download=lambda path: module.calls.append(("download", path))
    )
    module._message = types.SimpleNamespace(blocking_request=None)
    monkeypatch.setitem(sys.modules, "google", types.ModuleType("google"))
    monkeypatch.setitem(sys.modules, "google.colab", module)
    return module


def mount(module, content):
    def mount(path):
        module.calls.append(("mount", path))
        (content / "drive" / "MyDrive").mkdir(parents=True)

    return mount


@pytest.fixture
def session(google, edition, monkeypatch):
    """Unpack the edition in /content, with nothing of this repository on the path."""
    folder = colab.CONTENT / "convnets-course"
    shutil.copytree(edition, folder)
    monkeypatch.setattr(sys, "path", [p for p in sys.path if "packages" in p])
    for name in [n for n in sys.modules if n.partition(".")[0] == "convnets"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(os.environ, "PYTHONPATH", "")
    monkeypatch.setattr(util, "find_spec", no_editable_install(util.find_spec))
    monkeypatch.chdir(colab.CONTENT)
    return folder


def no_editable_install(find_spec):
    """Look for packages on the path only, as where nothing is installed."""
    return lambda name: find_spec(name) if name != "convnets" else on_path(name)


def on_path(name):
    from importlib.machinery import PathFinder

    return PathFinder.find_spec(name, [p for p in sys.path if "content" in p])


def test_elsewhere_setup_does_and_says_nothing(capsys):
    before = list(sys.path)
    colab.setup(drive=True, device=True)
    assert sys.path == before
    assert capsys.readouterr() == ("", "")


def test_the_folder_is_found_and_named(session, capsys):
    colab.setup()
    text = capsys.readouterr().out
    assert f"Your files: {session}/src/convnets" in text
    assert "convnets-course 0." in text
    assert sys.path[0] == str(session / "src")
    assert os.environ["PYTHONPATH"] == str(session / "src")


def test_students_edit_the_files_that_are_imported(session):
    colab.setup()
    assert on_path("convnets").origin == str(session / "src/convnets/__init__.py")


def test_a_second_call_changes_nothing(session, capsys):
    colab.setup()
    path, first = list(sys.path), capsys.readouterr()
    colab.setup()
    assert sys.path == path
    assert capsys.readouterr() == first


def test_without_the_folder_the_remedy_is_named(google, session):
    shutil.rmtree(session)
    with pytest.raises(CourseError, match="Run the notebook's first cell again"):
        colab.setup()


def test_torch_is_named_only_if_it_is_loaded_or_asked_for(session, capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    colab.setup()
    assert "PyTorch" not in capsys.readouterr().out
    assert "torch" not in sys.modules
    cuda = types.SimpleNamespace(
        is_available=lambda: True, get_device_name=lambda: "T4"
    )
    torch = types.SimpleNamespace(__version__="2.11.0", cuda=cuda)
    monkeypatch.setitem(sys.modules, "torch", torch)
    colab.setup()
    assert "PyTorch 2.11.0 on T4" in capsys.readouterr().out


def test_drive_keeps_the_files_and_is_mounted_once(session, google, capsys):
    colab.setup(drive=True)
    colab.setup(drive=True)
    assert [name for name, _ in google.calls] == ["mount"]
    assert (colab.KEPT / "src" / "convnets" / "sums.py").is_file()
    assert (colab.KEPT / "assignments" / "ps1" / "ps1.ipynb").is_file()
    assert sys.path[0] == str(colab.KEPT / "src")
    assert f"Your files: {colab.KEPT}" in capsys.readouterr().out


def test_work_on_drive_is_never_overwritten_and_new_files_are_added(session):
    colab.setup(drive=True)
    work = colab.KEPT / "src" / "convnets" / "sums.py"
    work.write_text("# my own work\n")
    fresh = colab.CONTENT / "convnets-course" / "src" / "convnets"
    (fresh / "shapes.py").write_text("x = 1\n")
    (fresh / "__init__.py").write_text("y = 1\n")
    sys.path.remove(str(colab.KEPT / "src"))  # the next session
    colab.setup(drive=True)
    assert work.read_text() == "# my own work\n"
    assert (work.parent / "shapes.py").is_file()
    assert (work.parent / "__init__.py").read_text() == "y = 1\n"
    assert not list(colab.KEPT.rglob("*.part"))


@pytest.fixture
def submitting(session, google, monkeypatch):
    """Let this process use the small course's keys."""
    for module in (key, released):
        monkeypatch.setattr(module, "KEYS", session / "src/coursekit/checks/keys")
    key.load_keys.cache_clear()
    released.load_released.cache_clear()
    colab.setup()
    yield session
    key.load_keys.cache_clear()
    released.load_released.cache_clear()


def test_the_open_notebook_is_handed_in_and_downloaded(submitting, google, capsys):
    path = submitting / "assignments" / "ps1" / "ps1.ipynb"
    tree = json.loads(path.read_text())
    tree["cells"][-2]["source"] = "Because."
    google._message.blocking_request = lambda *_, **__: {"ipynb": tree}
    target = submission.submit("ps1")
    assert target == colab.CONTENT / "ps1-submission.zip"
    assert ("download", str(target)) in google.calls
    assert "not answered" not in capsys.readouterr().out


def test_where_colab_hands_out_no_notebook_the_file_is_used(submitting, google):
    folder = submitting / "assignments" / "ps1"
    assert submission.submit("ps1", folder) == folder / "ps1-submission.zip"


def test_where_there_is_no_notebook_at_all_the_remedy_is_named(submitting):
    with pytest.raises(CourseError, match=r"Colab does not hand out its notebook"):
        submission.submit("ps1")
