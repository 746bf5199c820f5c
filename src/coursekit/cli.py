"""The command `course`: thin, and fast because commands are imported when used."""

from __future__ import annotations

import errno
import importlib
import importlib.util
import os
from dataclasses import dataclass
from typing import Any

import click

from coursekit import __version__
from coursekit.errors import CourseError


@dataclass(frozen=True)
class Lazy:
    """Where a command lives, and what it does.

    Parameters
    ----------
    place : str
        Module and attribute, such as ``"coursekit.checks.command:check"``.
    summary : str
        One line for ``course --help``, which imports no command.
    """

    place: str
    summary: str

    @property
    def is_here(self) -> bool:
        """Whether its module exists; a student's copy has no instructors' commands."""
        try:
            return importlib.util.find_spec(self.place.partition(":")[0]) is not None
        except ModuleNotFoundError:
            return False

    def load(self) -> click.Command:
        """Import the command."""
        module, _, name = self.place.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


FOR_STUDENTS = {
    "check": Lazy("coursekit.checks.command:check", "Check your code."),
    "submit": Lazy("coursekit.submit_command:submit", "Pack a problem set to hand in."),
}
FOR_INSTRUCTORS = {
    "release": Lazy("coursekit.authoring.command:release", "Write what students get."),
    "init": Lazy("coursekit.grading.command:init", "Make a folder for a class."),
    "grade": Lazy("coursekit.grading.command:grade", "Grade what was handed in."),
    "report": Lazy("coursekit.reports.command:report", "Write the class report."),
    "leaderboard": Lazy(
        "coursekit.reports.leaderboard_command:leaderboard", "Rank predictions."
    ),
    "demo": Lazy("coursekit.grading.demo_command:demo", "Grade a made-up class."),
}

OUT_OF_OUR_HANDS = (  # a read-only place, a full disk
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOSPC, errno.EDQUOT),
)
OURS = ("coursekit", "convnets", "exercises")


class Course(click.Group):
    """Commands that are imported when used, and errors as one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands that are here, students' first."""
        return [
            name
            for name, lazy in {**FOR_STUDENTS, **FOR_INSTRUCTORS}.items()
            if lazy.is_here
        ]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command, or return None if there is none of this name."""
        lazy = {**FOR_STUDENTS, **FOR_INSTRUCTORS}.get(cmd_name)
        return lazy.load() if lazy and lazy.is_here else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was asked for, or name those that there are."""
        known = self.list_commands(ctx)
        if args[0] not in known and not args[0].startswith("-"):
            msg = f"No command {args[0]!r}. Known: {', '.join(known)}."
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the lists of commands without importing any of them."""
        here = self.list_commands(ctx)
        for title, lazies in [
            ("For students", FOR_STUDENTS),
            ("For instructors", FOR_INSTRUCTORS),
        ]:
            rows = [(n, lazy.summary) for n, lazy in lazies.items() if n in here]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; what its user can put right is told in one line."""
        try:
            return super().invoke(ctx)
        except CourseError as err:
            raise click.ClickException(str(err)) from err
        except OSError as err:
            if err.errno not in OUT_OF_OUR_HANDS:
                raise
            msg = f"{err.filename}: {err.strerror}." if err.filename else err.strerror
            raise click.ClickException(str(msg)) from err
        except ModuleNotFoundError as err:
            if err.name is None or err.name.partition(".")[0] in OURS:
                raise
            msg = f"This needs {err.name}. Install it: pip install -e '.[grading]'"
            raise click.ClickException(msg) from err


@click.group(cls=Course, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Work with the problem sets of the course on convolutional networks."""
    if os.environ.get("NO_COLOR"):
        ctx.color = False
