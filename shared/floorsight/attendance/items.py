"""Which items the attendance room keeps in the presence table, and their keys."""

from __future__ import annotations

from floorsight.platform.items import ItemType, TableName

# Longer than a queue (4 days) and its dead letters (14) keep an event: until then it may come in any order.
TRACK_DAYS = 21

PUNCH = ItemType(
    name="punch",
    table=TableName.PRESENCE,
    pk="PUNCHES#{employee_id}",
    sk="AT#{at}#{punch_id}",
    purpose="Somebody came or went; in order of when. Its facts never change. A camera's `direction` follows "
    "from the facts in `sighted_track`; `superseded_by` names the correction that took its place.",
    writers=("record_attendance", "query_api"),
    readers=("record_attendance", "query_api", "run_job"),
)
PUNCH_ID = ItemType(
    name="punch_id",
    table=TableName.PRESENCE,
    pk="PUNCHES#{employee_id}",
    sk="ID#{punch_id}",
    purpose="When the punch of an id was: so that an id is one punch, however often it is sent.",
    writers=("record_attendance", "query_api"),
    readers=("record_attendance", "query_api", "run_job"),
)
SIGHTED_TRACK = ItemType(
    name="sighted_track",
    table=TableName.PRESENCE,
    pk="SIGHTED#{site_id}#{camera_id}#{stream_session}",
    sk="TRACK#{track_id}",
    purpose="What is known of a track on an attendance camera: `sightings` of employees and `crossings` of "
    "lines, by event id. A camera's punches follow from these facts alone, whichever came first.",
    writers=("record_attendance",),
    readers=("record_attendance",),
    retention=f"{TRACK_DAYS} days",
)
RECORD = ItemType(
    name="attendance_record",
    table=TableName.PRESENCE,
    pk="RECORDS#{employee_id}",
    sk="{local_date}#{shift_id}",
    gsi1pk="RECORDS_AT#{site_id}#{local_date}",
    gsi1sk="{employee_id}#{shift_id}",
    purpose="What a shift on a date came to, by docs/attendance.md, with the version of the shift that it "
    "was made by. It can be made anew from punches and plans at any time. The index lists a site's date.",
    writers=("record_attendance", "query_api", "run_job"),
    readers=("record_attendance", "query_api", "run_job", "raise_alert"),
)
RECORD_FENCE = ItemType(
    name="record_fence",
    table=TableName.PRESENCE,
    pk="RECORDS#{employee_id}",
    sk="FENCE",
    purpose="`revision` rises with every writing of an employee's records, in one transaction with it, and "
    "is read before what they follow from: of two that write at once, the one that knows less is refused.",
    writers=("record_attendance", "query_api", "run_job"),
    readers=("record_attendance", "query_api", "run_job"),
)
RECORD_DUE = ItemType(
    name="record_due",
    table=TableName.PRESENCE,
    pk="RECORDS_DUE#{site_id}",
    sk="{closes_at}#{employee_id}#{local_date}#{shift_id}",
    purpose="A record whose window is still open, in order of when it closes. Written with the record, gone "
    "once that is closed: a tick reads only what has come due.",
    writers=("record_attendance", "query_api", "run_job"),
    readers=("run_job",),
)
OPENED = ItemType(
    name="records_opened",
    table=TableName.PRESENCE,
    pk="RECORDS_OPENED#{site_id}",
    sk="SITE",
    purpose="Up to which local date (`until`) a site's employees have records of what they are to work; "
    "while the dates up to `target` are added, after which employee. A change of many plans moves it back.",
    writers=("run_job", "query_api"),
    readers=("run_job", "query_api"),
)
PENDING = ItemType(
    name="pending_records",
    table=TableName.PRESENCE,
    pk="PENDING_RECORDS#{site_id}",
    sk="{employee_id}#{first_date}#{last_date}",
    purpose="Something is new of an employee's dates: written with a punch that people enter, after a "
    "camera's that comes after its window, before a change of plans, and where a tick failed; removed by "
    "whoever has made the records anew and booked what changes in locked days. After `ready_at` a tick does "
    "it. `token` names who wrote it last: a mark that was renewed meanwhile stays.",
    writers=("record_attendance", "query_api", "run_job"),
    readers=("run_job",),
    retention="until the records have followed",
)
