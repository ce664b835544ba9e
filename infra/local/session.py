"""A cloud that was started with `floorsight up` and goes on in the background: what runs, on which port."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict

from floorsight.platform.errors import NotFound
from infra.local.deployment import Deployment
from infra.local.emulator import remove_scratch
from infra.local.processes import end_process, is_running
from infra.paths import STATE


class Session(BaseModel):
    """Process ids by name; the emulator ends last."""

    model_config = ConfigDict(frozen=True)

    port: int
    processes: dict[str, int]

    def save(self) -> None:
        STATE.mkdir(exist_ok=True)
        _file(self.port).write_text(self.model_dump_json(indent=2))

    @classmethod
    def load(cls, port: int) -> Self:
        """Raises NotFound when nothing was started on this port."""
        if not _file(port).is_file():
            raise NotFound(f"nothing runs on port {port}: start it with `floorsight up`", code="not_running")
        return cls.model_validate_json(_file(port).read_text())

    def running(self) -> dict[str, bool]:
        """Which of the processes are alive."""
        return {name: is_running(pid) for name, pid in self.processes.items()}

    def end(self) -> None:
        """End all processes and forget them. Those that need the emulator end before it."""
        for name in sorted(self.processes, key=lambda name: name == "emulator"):
            pid = self.processes[name]
            if is_running(pid):
                end_process(pid, lambda pid=pid: not is_running(pid))  # type: ignore[misc]
        remove_scratch(self.port)
        _file(self.port).unlink(missing_ok=True)
        Deployment.forget(self.port)


def _file(port: int) -> Path:
    return STATE / f"session-{port}.json"
