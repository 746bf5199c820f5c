"""Class folders: made once, found again, brought up to date."""

import json
from pathlib import Path

import pytest

from coursekit.errors import CourseError
from coursekit.grading.classroom import find_classroom, init_classroom

PACKAGE = Path("src/convnets")

pytestmark = pytest.mark.filterwarnings("ignore::Warning")


def test_a_folder_without_settings_is_not_a_class(tmp_path):
    with pytest.raises(CourseError, match="Run `course init"):
        find_classroom(tmp_path)


def test_edited_settings_survive_a_second_init(room, tmp_path):
    config = room.folder / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.ExecutePreprocessor.timeout = 5\n")
    init_classroom(room.folder, tmp_path, tmp_path)
    assert room.config().ExecutePreprocessor.timeout == 5


def test_the_settings_may_name_another_database(room):
    config = room.folder / "nbgrader_config.py"
    line = '\nc.CourseDirectory.db_url = "postgresql://grades"\n'
    config.write_text(config.read_text() + line)
    assert room.config().CourseDirectory.db_url == "postgresql://grades"


def test_nbgrader_knows_the_points_of_every_cell(room):
    with room.gradebook() as gradebook:
        notebook = gradebook.find_notebook("psx", "psx")
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
    assert points == {"psx-double": 2.0, "psx-triple": 3.0, "psx-why": 1.0}


def test_a_notebook_that_nbgrader_refuses_is_named(tmp_path, released):
    mark = released["cells"][1]["metadata"]["nbgrader"]
    mark["grade_id"] = "psx.double"  # a dot is not allowed
    target = tmp_path / "assignments" / "psx" / "psx.ipynb"
    target.parent.mkdir(parents=True)
    target.write_text(json.dumps(released))
    with pytest.raises(CourseError, match=r"nbgrader refused psx.*nbgrader\.log"):
        init_classroom(tmp_path / "class", tmp_path / "assignments", PACKAGE)


def test_nbgrader_gets_the_files_that_nobody_completes(tmp_path, released):
    package, assignments = tmp_path / "convnets", tmp_path / "assignments"
    for path, text in {
        package / "__init__.py": '"""A package."""\n',
        package / "layers.py": "def relu():\n    return {}\n",
        package / "shapes.py": "def f():\n    raise NotImplementedError('Exercise')\n",
        assignments / "psx" / "psx.ipynb": json.dumps(released),
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    room = init_classroom(tmp_path / "class", assignments, package)
    beside = sorted((room.folder / "source" / "psx" / "convnets").iterdir())
    assert [path.name for path in beside] == ["__init__.py", "layers.py"]


def test_a_class_gets_the_labels_of_the_test_sets(room, tmp_path):
    init_classroom(room.folder, tmp_path, PACKAGE)
    names = [path.name for path in sorted(room.labels.iterdir())]
    assert names == ["cifar10.txt", "mnist.txt"]
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "mnist.txt").write_text("new")
    init_classroom(room.folder, tmp_path, PACKAGE, tmp_path / "labels")
    assert (room.labels / "mnist.txt").read_text() == "new"


def test_a_course_without_labels_makes_a_class_all_the_same(tmp_path):
    package = tmp_path / "src" / "convnets"
    room = init_classroom(tmp_path / "class", tmp_path, package)
    assert not room.labels.exists()
