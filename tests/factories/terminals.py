"""A person's terminal, and a server for it: real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from factories.people import PASSWORD
from farthing.settings import VARIABLES

UNWANTED = {*VARIABLES, "PYTHONDONTWRITEBYTECODE"}
"""Settings of whoever runs the tests, and what makes a hundred short processes slow."""


class Terminal:
    """A person's terminal: an own configuration folder, and a folder to sit in."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.logins = home / "config" / "farthing" / "logins.json"
        clean = {name: value for name, value in os.environ.items() if name not in UNWANTED}
        own = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "FARTHING_PASSWORD": PASSWORD}
        self._environment = clean | own

    def start(self, *words: str, **given: str) -> subprocess.Popen[str]:
        return subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "farthing", *words],
            cwd=self.home,
            env=self._environment | given,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, piped: str = "", **given: str) -> tuple[int, str, str]:
        """The exit code, and what was said on both channels."""
        with self.start(*words, **given) as process:
            said, complained = process.communicate(piped)
            return process.returncode, said, complained

    def do(self, *words: str, piped: str = "") -> str:
        code, said, complained = self.run(*words, piped=piped)
        assert code == 0, complained
        return said

    def ask(self, *words: str, piped: str = "") -> Any:
        return json.loads(self.do(*words, "--json", piped=piped))

    def refused(self, *words: str, **given: str) -> str:
        """The one line that a command says that does not work."""
        code, said, complained = self.run(*words, **given)
        assert (code, said) == (1, ""), complained
        *progress, line = complained.splitlines()
        assert line.startswith("farthing: ")
        assert not [one for one in progress if "posted on" not in one]
        return line

    def file(self, name: str, text: str) -> str:
        (self.home / name).write_text(text)
        return name


@dataclass
class Served:
    """A server that anybody may register at."""

    url: str
    data: Path

    def person(self, name: str) -> str:
        answer = httpx2.post(f"{self.url}/api/auth/register", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return name


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """A server in this folder, from its first request to its last."""
    words = [
        sys.executable,
        "-m",
        "farthing",
        "up",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--data",
        str(folder / "data"),
    ]
    environment = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(  # noqa: S603  our own program
            words,
            cwd=folder,
            env=environment | {"REGISTRATION": "open"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout
        url = next((line.split()[-1] for line in process.stdout if "listening" in line), "")
        assert url, (folder / "log").read_text()
        try:
            yield Served(url, folder / "data")
        finally:
            process.terminate()
            process.wait(30)
