"""What a shard's process does when KCL's daemon asks: a `ShardProcessor` with patience."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from containers.vision_worker.fleet.protocol import Asked, DaemonConnection, LeaseGone, Request
from containers.vision_worker.reader import STUCK_SECONDS, Stuck
from floorsight.platform.errors import Unavailable
from floorsight.platform.retry import Backoff
from floorsight.vision.shards import Checkpointer, Record, ShardProcessor

log = logging.getLogger(__name__)

PATIENCE = Backoff(base_seconds=0.25, cap_seconds=5.0)


class FleetShard:
    """One shard, for as long as this worker has its lease.

    Every request is carried out or the process ends: KCL takes an answer for "done". What does not answer
    is asked again for as long as the single-process reader would (`STUCK_SECONDS`), with a beat each time.
    """

    def __init__(
        self,
        daemon: DaemonConnection,
        processor_for: Callable[[Checkpointer], ShardProcessor],
        beat: Callable[[], None] = lambda: None,
        *,
        patience: Backoff = PATIENCE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._daemon, self._beat = daemon, beat
        self._processor = processor_for(daemon)
        self._patience, self._monotonic = patience, monotonic
        self._shard_id = ""
        self._lease_gone = False

    def serve(self) -> None:
        """Carry out requests until the lease ends.

        Raises:
            DaemonGone: the daemon ended. Stuck: something did not answer for too long.
            Malformed: a message that is none of the protocol's.
        """
        over = False
        while not over:
            request = self._daemon.receive()
            over = self._carry_out(request)
            self._daemon.report_done(request.asked)
            self._beat()

    def _carry_out(self, request: Request) -> bool:
        """Whether that was the last request there can be."""
        match request.asked:
            case Asked.INITIALIZE:
                self._shard_id = request.shard_id
                log.info("shard taken", extra={"shard": self._shard_id})
            case Asked.PROCESS_RECORDS:
                self._while_leased(lambda: self._process(request.records))
            case Asked.SHUTDOWN_REQUESTED:
                # Asked to stop, or to hand the shard over: the next worker goes on from what is settled here.
                self._while_leased(self._settle)
            case Asked.SHARD_ENDED:
                self._while_leased(self._end_shard)
                log.info("shard ended", extra={"shard": self._shard_id})
            case Asked.LEASE_LOST:
                # What is not committed is forgotten: the shard's new worker analyses it again.
                log.info("shard given up", extra={"shard": self._shard_id})
        return request.asked in (Asked.SHARD_ENDED, Asked.LEASE_LOST)

    def _process(self, records: tuple[Record, ...]) -> None:
        for record in records:
            self._until_answered(lambda record=record: self._processor.process_records([record]))  # type: ignore[misc]
        if not records:
            self._until_answered(self._processor.tick)

    def _settle(self) -> None:
        self._until_answered(self._processor.shutdown)
        log.info("settled", extra={"shard": self._shard_id})

    def _end_shard(self) -> None:
        self._until_answered(self._processor.shutdown)
        self._until_answered(self._daemon.checkpoint_end)

    def _while_leased(self, act: Callable[[], None]) -> None:
        """Do nothing once the lease is gone; KCL says `leaseLost` as soon as it can."""
        if self._lease_gone:
            return
        try:
            act()
        except LeaseGone:
            log.warning("the lease went to another worker", extra={"shard": self._shard_id})
            self._lease_gone = True

    def _until_answered(self, act: Callable[[], None]) -> None:
        began, attempt = self._monotonic(), 1
        while True:
            try:
                act()
            except Unavailable as error:
                if self._monotonic() - began >= STUCK_SECONDS:
                    reason = f"no progress for {STUCK_SECONDS / 60:g} minutes, shard {self._shard_id}: "
                    raise Stuck(reason + error.message) from error
                log.warning("will try again: %s", error.message, extra={"shard": self._shard_id})
            else:
                self._beat()
                return
            self._beat()
            attempt += 1
            self._patience.sleep(self._patience.pause_seconds(attempt))
