"""The unit file and the page on edges say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from containers.edge_publisher import main as program
from containers.edge_publisher.options import read_arguments

REPOSITORY = Path(__file__).resolve().parents[3]
UNIT = REPOSITORY / "containers" / "edge_publisher" / "floorsight-publisher@.service"
PAGE = (REPOSITORY / "docs" / "edge.md").read_text(encoding="utf-8")
CODES = {name: value for name, value in vars(program).items() if name.startswith("EXIT_")}


def settings_of(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_calls_the_program_as_it_wants() -> None:
    (command,) = settings_of(UNIT)["ExecStart"]
    for name, value in {
        "${SOURCE}": "rtsp://10.0.0.4/a", "${SITE}": "plant-1", "$OPTIONS": "--motion-gate --frames 2",
        "%i": "yard-gate", "%d": "/run/credentials", "%S": "/var/lib",
    }.items():  # fmt: skip
        command = command.replace(name, value)
    module = command.split(" -m ", 1)[1]
    options = read_arguments(module.split()[1:])
    assert options.camera == "yard-gate"
    assert options.spool == Path("/var/lib/floorsight/yard-gate")
    assert options.motion_gate


def test_no_restart_for_what_none_mends() -> None:
    settings = settings_of(UNIT)
    assert settings["Restart"] == ["on-failure"]
    prevented = {int(code) for code in settings["RestartPreventExitStatus"][0].split()}
    assert prevented == {program.EXIT_BAD_SOURCE, program.EXIT_REFUSED, program.EXIT_CAMERA_REFUSED}


def test_all_exit_codes_and_options_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_arguments(["--help"])
    shown = capsys.readouterr().out
    for code in CODES.values():
        assert re.search(rf"^  {code}  ", shown, re.MULTILINE)
        assert f"| {code} |" in PAGE
    options = set(re.findall(r"--[a-z-]+", shown)) - {"--help"}
    assert len(options) > 10
    assert {option for option in options if f"`{option}" not in PAGE} == set()
