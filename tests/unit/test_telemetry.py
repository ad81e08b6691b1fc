"""Logs: private fields are blanked wherever they are, and every line is one JSON object."""

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from farthing.infra.telemetry import REDACTED, configure_logging, logger, redact

PRIVATE = [
    "password",
    "new_password",
    "Authorization",
    "refresh_token",
    "secret_key",
    "Set-Cookie",
    "amount",
    "opening_balance",
    "API_KEY",
    "passphrase",
]


@pytest.mark.parametrize("name", PRIVATE)
def test_a_private_field_is_blanked_at_any_depth(name: str) -> None:
    event = {name: "hush", "deeper": {name: "hush", "deeper": {name: ["hush"]}}, "rows": [{name: "hush"}]}
    shown = redact(None, "", event)
    assert "hush" not in str(shown)
    assert shown[name] == REDACTED


def test_other_fields_stay_as_they_are() -> None:
    event = {"event": "request", "status": 200, "ms": 1.5, "rows": [1, {"name": "jan"}], "user_id": "x"}
    assert redact(None, "", dict(event)) == event


@pytest.fixture
def lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the program wrote on standard error; the loggers are put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


Lines = Callable[[], list[dict[str, Any]]]


def test_a_line_is_json_with_its_level_name_and_time(lines: Lines) -> None:
    configure_logging("INFO")
    logger("farthing.test").info("happened", what="łódka", password="hush")
    (line,) = lines()
    assert line["event"] == "happened"
    assert line["what"] == "łódka"
    assert line["password"] == REDACTED
    assert (line["level"], line["logger"]) == ("info", "farthing.test")
    assert line["timestamp"].endswith("Z")


def test_other_peoples_loggers_write_the_same_lines(lines: Lines) -> None:
    configure_logging("INFO")
    logging.getLogger("somebody.else").warning("said %s", "this")
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("said this", "warning", "somebody.else")


def test_an_exception_is_part_of_its_line(lines: Lines) -> None:
    configure_logging("INFO")
    logger("farthing.test").error("failed", exc_info=ValueError("broken"))
    (line,) = lines()
    assert "ValueError: broken" in line["exception"]


@pytest.mark.parametrize(("level", "seen"), [("DEBUG", 3), ("INFO", 2), ("ERROR", 1)])
def test_the_level_is_honoured(lines: Lines, level: str, seen: int) -> None:
    configure_logging(level)
    log = logger("farthing.test")
    log.debug("one")
    log.info("two")
    log.error("three")
    assert len(lines()) == seen


def test_chatty_libraries_are_quiet(lines: Lines) -> None:
    configure_logging("INFO")
    for name in ("alembic", "httpx2", "dbos", "uvicorn.access"):
        logging.getLogger(name).info("chatter")
    assert lines() == []


@pytest.mark.usefixtures("lines")
def test_people_get_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=False)
    logger("farthing.test").info("happened", token="hush")
    said = capsys.readouterr().err
    assert "happened" in said
    assert "hush" not in said
