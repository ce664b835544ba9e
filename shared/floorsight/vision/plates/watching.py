"""Reading the plates of the vehicles on tracks, through the frames of one chunk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from floorsight.events.vehicles import PlateRead, VehicleLeft
from floorsight.vision.decoding import Frame
from floorsight.vision.detections import ObjectClass
from floorsight.vision.pictures import encode_jpeg, vehicle_picture
from floorsight.vision.plan import CountingPlan, GateView
from floorsight.vision.plates.boxes import Box, drop_doubles, is_behind
from floorsight.vision.plates.consensus import has_digit
from floorsight.vision.plates.ending import end_plates
from floorsight.vision.plates.facts import gate_of, picture_keys, plate_event
from floorsight.vision.plates.looking import PlateLook, find_plates
from floorsight.vision.plates.picking import (
    NEAR_LOOKS,
    VEHICLES,
    Vehicle,
    choose_readings,
    choose_vehicles,
    is_legible,
    note_look,
)
from floorsight.vision.plates.reading import PlateReads, PlateText
from floorsight.vision.plates.telling import is_enough, is_worth_announcing, keep_readings
from floorsight.vision.stream_state import StreamState
from floorsight.vision.timing import Stage
from floorsight.vision.track_log import PlateLog, ReadPlate, TrackLog
from floorsight.vision.tracking.tracker import Observed
from floorsight.vision.watching import Logs, Settled


@dataclass(frozen=True, repr=False)
class _View:
    """A look at a vehicle, and what may be its plate, the likeliest first. `near`: the vehicle was."""

    frame: Frame
    at_ms: int
    box: Box
    plates: tuple[PlateLook, ...]
    near: bool

    @property
    def share(self) -> float:
        """How much of the frame the vehicle fills, from 0.01 to 0.99."""
        left, top, right, bottom = self.box
        share = (right - left) * (bottom - top) / (self.frame.width * self.frame.height)
        return round(min(max(share, 0.01), 0.99), 2)


@dataclass(frozen=True, repr=False)
class _Reading:
    """What was read of a view that has a plate."""

    view: _View
    plate: PlateLook
    read: ReadPlate


class PlateWatch:
    """Looks at every frame of a chunk, and settles at its end what was read."""

    stage = Stage.PLATES

    def __init__(self, reader: PlateReads, plan: CountingPlan, gate: GateView, sequence: int) -> None:
        self._reader, self._plan, self._gate = reader, plan, gate
        self._cause = f"chunk/{sequence}"
        self._views: dict[int, list[_View]] = {}
        self._in_view: Mapping[int, Box] = {}  # of the latest frame

    def look(self, frame: Frame, observed: Observed, logs: Logs, at_ms: int) -> dict[int, TrackLog]:
        """Look for plates in a frame; returns the logs, which say what was looked at."""
        after = dict(logs)
        boxes = self._in_view = drop_doubles(_vehicle_boxes(observed))
        for vehicle in choose_vehicles(_confirmed_vehicles(observed, logs, boxes), at_ms):
            log, plates = after[vehicle.track_id], note_look(vehicle, at_ms)
            gate = gate_of(plates, self._gate)
            noted = plates._replace(
                reader=self._reader.name, gate_id=gate.gate_id, lane=gate.lane, direction=gate.direction
            )
            after[vehicle.track_id] = replace(log, plates=noted)
            found = find_plates(self._reader, frame, vehicle, boxes)
            view = _View(frame, at_ms, vehicle.box, found, vehicle.is_near)
            self._views.setdefault(vehicle.track_id, []).append(view)
        return after

    def settle(self, logs: Logs, ended: Logs, state: StreamState) -> Settled:
        """Read each track's sharpest plates, and tell those that are sure or will not be read any more."""
        after: dict[int, TrackLog] = {**logs, **ended}
        pictures: dict[str, bytes] = {}
        readings = self._read(after)
        for track_id in self._views:
            log = after[track_id]
            plates, jpegs = self._take_pictures(track_id, log.plates, readings.get(track_id, []))
            if track_id in readings:
                read = keep_readings([*plates.readings, *(each.read for each in readings[track_id])])
                plates = plates._replace(readings=read, hope=plates.looks)
            after[track_id] = replace(log, plates=plates)
            keys = picture_keys(track_id, log, self._plan, state)
            pictures.update(zip(keys, jpegs, strict=False))  # without a text there is no second one
        events: list[PlateRead | VehicleLeft] = []
        for track_id, log in after.items():
            if track_id in ended:
                ended_log = replace(log, plates=self._note_end(log, after))
                events += end_plates(track_id, ended_log, self._plan, state, self._cause)
            elif not log.plates.told and (is_enough(log.plates) or is_worth_announcing(log.plates)):
                event, told = self._tell(track_id, log, state)
                events.append(event)
                after[track_id] = replace(log, plates=told)
        return Settled({track_id: after[track_id] for track_id in logs}, events, pictures=pictures)

    def _read(self, logs: Logs) -> dict[int, list[_Reading]]:
        """What is written on the chosen plates of each track, in order of time; all in one call."""
        chosen: list[tuple[int, _View]] = []
        for track_id, views in self._views.items():
            seen = [view for view in views if view.plates]
            times, sharpness = [view.at_ms for view in seen], [view.plates[0].sharpness for view in seen]
            places = choose_readings(times, sharpness, logs[track_id].plates)
            chosen += [(track_id, seen[place]) for place in places]
        looks = [look.plate for _, view in chosen for look in view.plates]
        texts = iter(self._reader.read(looks) if looks else [])
        found: dict[int, list[_Reading]] = {}
        for track_id, view in chosen:
            read = _choose_text([(look, next(texts)) for look in view.plates])
            if read is not None:
                look, text = read
                confidences = tuple(round(float(each), 4) for each in text.confidences)
                line = ReadPlate(view.at_ms, text.text, confidences, round(look.height), view.near)
                found.setdefault(track_id, []).append(_Reading(view, look, line))
        return found

    def _note_end(self, log: TrackLog, logs: Logs) -> PlateLog:
        """Who was hidden by somebody is behind that one, although it was not seen so.

        Not by a track that began after this one was seen last: that may be the same vehicle, nearer by then.
        """
        others = [
            self._in_view[other]
            for other in self._in_view.keys() & logs.keys()
            if logs[other] is not log and logs[other].started_ms <= log.last_seen_ms
        ]
        is_hidden = log.plates.place is not None and is_behind(log.plates.place, others)
        return log.plates._replace(behind=log.plates.behind or is_hidden)

    def _tell(self, track_id: int, log: TrackLog, state: StreamState) -> tuple[PlateRead, PlateLog]:
        """What is told of a plate, and what is remembered of it: all, as long as it waits behind another."""
        plates, gate = log.plates, gate_of(log.plates, self._gate)
        event = plate_event(track_id, log, self._plan, gate, state, self._cause, announced=plates.behind)
        if plates.behind:
            return event, plates._replace(announced=True)
        told = PlateLog(told=True, text=event.text, confidence=event.confidence)
        return event, told._replace(gate_id=gate.gate_id, lane=gate.lane, direction=gate.direction)

    def _take_pictures(
        self, track_id: int, plates: PlateLog, readings: list[_Reading]
    ) -> tuple[PlateLog, list[bytes]]:
        """The pictures of the surest reading, or of a vehicle that shows none as large as it is; none if
        there are as good ones already."""
        if readings:
            best = max(readings, key=lambda each: (each.read.confidence, -each.read.at_ms))
            worth = 1.0 + best.read.confidence
            if worth <= plates.pictured:
                return plates, []
            jpegs = [_picture(best.view), encode_jpeg(best.plate.plate.flat)]
            return plates._replace(pictured=worth, pictured_ms=best.read.at_ms), jpegs
        view = max(self._views[track_id], key=lambda each: (each.share, -each.at_ms))
        if plates.near < NEAR_LOOKS or view.share <= plates.pictured:
            return plates, []
        return plates._replace(pictured=view.share, pictured_ms=view.at_ms), [_picture(view)]


def _choose_text(read: list[tuple[PlateLook, PlateText]]) -> tuple[PlateLook, PlateText] | None:
    """Its plate, of all that was read on a vehicle: the likeliest with a digit, else the likeliest."""
    legible = [each for each in read if is_legible(each[1].confidences)]
    return next((each for each in legible if has_digit(each[1].text)), legible[0] if legible else None)


def _picture(view: _View) -> bytes:
    left, top, right, bottom = view.box
    width, height = view.frame.width, view.frame.height
    return vehicle_picture(view.frame, (left / width, top / height, right / width, bottom / height))


def _vehicle_boxes(observed: Observed) -> dict[int, Box]:
    """All vehicles in a frame: what is not looked at may own a plate all the same."""
    rows = zip(observed.ids.tolist(), observed.boxes.tolist(), observed.classes.tolist(), strict=True)
    return {
        track_id: (left, top, right, bottom)
        for track_id, (left, top, right, bottom), kind in rows
        if kind in VEHICLES
    }


def _confirmed_vehicles(observed: Observed, logs: Logs, boxes: Mapping[int, Box]) -> list[Vehicle]:
    columns = (observed.ids, observed.classes, observed.confirmed)
    return [
        Vehicle(
            track_id,
            boxes[track_id],
            ObjectClass(kind),
            logs[track_id].plates,
            is_behind(boxes[track_id], [box for other, box in boxes.items() if other != track_id]),
        )
        for track_id, kind, confirmed in zip(*(each.tolist() for each in columns), strict=True)
        if confirmed and track_id in boxes
    ]
