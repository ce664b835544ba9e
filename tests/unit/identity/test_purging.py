"""What is kept for a time goes then, and not before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from floorsight.identity.erasing.reviewing import PAGE
from floorsight.identity.policy.model import DEFAULT_SNAPSHOT_DAYS, IdentityPolicy
from floorsight.identity.purging import ERASING_SECONDS
from floorsight.platform.errors import NotFound, Unavailable
from tests.fakes.people import REVIEW_DAYS, People, contents_of, find_traces
from tests.fakes.scene import SITE

ANNA, BERTA, CARL = 1, 2, 3
DAY = timedelta(days=1)
CROSSING = f"snapshots/{SITE}/door-1/2026-03-02/abc.jpg"


@pytest.fixture
def people() -> People:
    people = People().with_site()
    people.hire("anna", ANNA)
    return people


def keys(people: People) -> list[str]:
    objects: Any = people.objects
    return sorted(objects.stored)


def put(people: People, key: str, size: int = 10) -> None:
    people.objects.put(key, b"x" * size, content_type="image/jpeg")


def test_pictures_go_when_their_days_are_over(people: People) -> None:
    put(people, CROSSING, 2_600_000)
    people.recognise("anna", ANNA, 1)
    people.clock.now += DEFAULT_SNAPSHOT_DAYS * DAY - timedelta(seconds=1)
    assert people.purging.purge_site(SITE)["objects"] == 0
    people.clock.advance(1)
    done = people.purging.purge_site(SITE)
    assert (done["objects"], done["megabytes"]) == (2, 3)
    assert done["bytes"] > 2_600_000
    assert not [key for key in keys(people) if key.startswith("snapshots/")]


def test_enrolled_pictures_stay(people: People) -> None:
    people.clock.now += 1000 * DAY
    people.purging.purge_site(SITE)
    assert [key for key in keys(people) if key.startswith("enrolled/")]


def test_a_site_whose_policy_is_shorter_keeps_less(people: People) -> None:
    put(people, CROSSING)
    people.policies.replace(IdentityPolicy(SITE, snapshot_days=7))
    people.clock.now += 8 * DAY
    assert people.purging.purge_site(SITE)["objects"] == 1


@pytest.mark.parametrize("site_id", ["plant-2", "plant"])
def test_another_sites_pictures_are_its_own(people: People, site_id: str) -> None:
    """Also one's whose id begins as this one's, or is its beginning."""
    people.with_site(site_id).with_site("plant-10")
    others = [f"snapshots/{other}/door-1/2026-03-02/abc.jpg" for other in (site_id, "plant-10")]
    for key in others:
        put(people, key)
    people.clock.now += 100 * DAY
    assert people.purging.purge_site(SITE)["objects"] == 0
    assert set(others) <= set(keys(people))


def test_more_pictures_than_are_deleted_at_once_go(people: People) -> None:
    for number in range(1003):
        put(people, f"snapshots/{SITE}/door-1/2026-03-02/{number}.jpg")
    people.clock.now += 100 * DAY
    assert people.purging.purge_site(SITE)["objects"] == 1003


def test_a_review_goes_with_its_objects(people: People) -> None:
    review = people.not_recognise(CARL, 5)
    people.clock.now += REVIEW_DAYS * DAY - timedelta(seconds=1)
    assert people.purging.purge_site(SITE) == dict.fromkeys(
        ("objects", "bytes", "reviews", "people", "megabytes"), 0
    )
    people.clock.advance(1)
    done = people.purging.purge_site(SITE)
    assert (done["reviews"], done["objects"]) == (1, 2)
    assert people.reviews.find(review.review_id) is None
    objects: Any = people.objects
    everything = [*contents_of(people.presence, "presence"), *objects.stored.items()]
    assert find_traces(CARL, iter(everything)) == []


def test_faces_of_a_review_that_the_table_forgot_first_go_too(people: People) -> None:
    """DynamoDB deletes what has expired by itself, and no objects with it."""
    people.reviews.remove(people.not_recognise(CARL, 5))
    people.clock.now += REVIEW_DAYS * DAY
    assert people.purging.purge_site(SITE)["objects"] == 2


def test_who_has_left_is_let_go_after_their_last_day(people: People) -> None:
    people.employees.end_employment("anna", date(2026, 3, 2))
    assert people.purging.purge_site(SITE)["people"] == 0
    people.clock.advance(11 * 3600)  # a minute of the next day in Berlin, and still the same in UTC
    people.clock.advance(60)
    assert people.purging.purge_site(SITE)["people"] == 1
    assert people.gallery.find(SITE, "anna") is None
    assert not people.employees.get_employee("anna").may_be_recognised


def test_who_stays_after_all_keeps_their_faces_though_the_purge_has_begun(people: People) -> None:
    people.hire("berta", BERTA)
    yesterday = people.clock().date() - DAY
    for name in ("anna", "berta"):
        people.employees.end_employment(name, yesterday)
    objects: Any = people.objects
    everything = objects.list

    def while_annas_are_listed(prefix: str) -> Any:
        if "anna" in prefix:
            berta = people.employees.get_employee("berta")
            people.employees.update_employee(replace(berta, employed_until=None))
        return everything(prefix)

    objects.list = while_annas_are_listed
    assert people.purging.purge_site(SITE)["people"] == 1
    assert people.gallery.find(SITE, "anna") is None
    assert people.gallery.find(SITE, "berta") is not None
    assert people.employees.get_employee("berta").may_be_recognised


def test_faces_do_not_outlive_their_site(people: People) -> None:
    people.sites.delete_site(SITE)
    assert people.purging.purge_site(SITE)["people"] == 1
    assert people.gallery.find(SITE, "anna") is None


def test_who_nobody_recognised_is_forgotten_with_the_site(people: People) -> None:
    """And before its employees are, whose erasures would look through all of them, each."""
    for number in range(5):
        people.not_recognise(CARL, 1000 + number)
    people.hire("berta", BERTA)
    people.sites.delete_site(SITE)
    read = count_reads(people)
    done = people.purging.purge_site(SITE)
    assert (done["reviews"], done["people"], read) == (5, 2, [])
    objects: Any = people.objects
    everything = [*contents_of(people.presence, "presence"), *objects.stored.items()]
    assert find_traces(CARL, iter(everything)) == []


def count_reads(people: People) -> list[str]:
    """The keys of objects that are read from now on."""
    objects: Any = people.objects
    get, read = objects.get, list[str]()
    objects.get = lambda key, **limits: (read.append(key), get(key, **limits))[1]
    return read


def test_an_erasure_that_was_left_off_is_ended(people: People) -> None:
    people.erasing.erase("anna", by="ada")
    last = people.erasing.store.find_last("anna")
    assert last is not None
    people.erasing.store.save(type(last)(**{**vars(last), "finished_at": None}))
    people.clock.now += 30 * DAY
    assert people.purging.purge_site(SITE)["people"] == 1
    assert not people.erasing.is_unfinished("anna")
    people.clock.now += 30 * DAY
    assert people.purging.purge_site(SITE)["people"] == 0


def test_an_erasure_that_died_before_it_was_written_down_is_done(people: People) -> None:
    """The employee is marked first: who is killed then has begun nothing that could be gone on with."""
    people.employees.withdraw_consent("anna")
    people.clock.now += 30 * DAY
    assert people.purging.purge_site(SITE)["people"] == 1
    assert people.gallery.find(SITE, "anna") is None
    assert not [key for key in keys(people) if key.startswith("enrolled/")]
    people.clock.now += 30 * DAY
    assert people.purging.purge_site(SITE)["people"] == 0


def test_a_second_erasure_that_died_so_is_done_too(people: People) -> None:
    people.erasing.withdraw_consent("anna", by="olga")
    people.clock.now += 10 * DAY
    people.employees.record_consent("anna", version="2", by="olga")
    people.enrol("anna", ANNA)
    people.clock.now += 10 * DAY
    people.employees.mark_erased("anna")
    people.clock.now += 10 * DAY
    assert people.purging.purge_site(SITE)["people"] == 1
    assert people.gallery.find(SITE, "anna") is None
    assert [each.cause.value for each in people.erasing.store.list_erasures("anna")] == [
        "erased",
        "withdrawn",
    ]


def test_who_never_consented_is_left_alone(people: People) -> None:
    people.hire("dora")
    assert people.purging.purge_site(SITE)["people"] == 0
    assert people.erasing.store.find_last("dora") is None


def test_of_who_has_left_nobody_waits_for_another(people: People) -> None:
    people.hire("berta", BERTA)
    people.hire("carl", CARL)
    for employee_id in ("anna", "berta", "carl"):
        people.employees.end_employment(employee_id, date(2026, 3, 2))
    people.clock.now += DAY
    objects: Any = people.objects
    everything = objects.list

    def all_but_bertas(prefix: str) -> Any:
        if "berta" in prefix:
            raise Unavailable("S3 did not answer")
        return everything(prefix)

    objects.list = all_but_bertas
    with pytest.raises(Unavailable, match="1 people"):
        people.purging.purge_site(SITE)
    assert people.erasing.is_unfinished("berta")
    assert not people.erasing.is_unfinished("carl")
    assert not [key for key in keys(people) if key.startswith(f"enrolled/{SITE}/carl/")]


def test_a_long_erasure_is_gone_on_with_in_the_same_run(people: People) -> None:
    for number in range(3 * PAGE):
        people.clock.advance(1)
        people.not_recognise(CARL, 1000 + number)
    people.employees.end_employment("anna", date(2026, 3, 2))
    people.clock.now += DAY
    # Each erasure has time for one page.
    moments = iter(range(0, 10**6, 7))
    object.__setattr__(people.erasing, "monotonic", lambda: float(next(moments)))
    people.purging.purge_site(SITE)
    assert not people.erasing.is_unfinished("anna")


def test_a_purge_does_not_go_on_for_ever(people: People) -> None:
    for number in range(3 * PAGE):
        people.clock.advance(1)
        people.not_recognise(CARL, 1000 + number)
    people.employees.end_employment("anna", date(2026, 3, 2))
    people.clock.now += DAY
    moments = iter(range(0, 10**6, 7))
    object.__setattr__(people.erasing, "monotonic", lambda: float(next(moments)))
    object.__setattr__(people.purging, "monotonic", iter([0.0, *[ERASING_SECONDS] * 99]).__next__)
    with pytest.raises(Unavailable) as caught:
        people.purging.purge_site(SITE)
    assert caught.value.code == "erasure_unfinished"
    assert people.gallery.find(SITE, "anna") is None


def test_faces_go_whatever_becomes_of_the_pictures(people: People) -> None:
    """No rule of the bucket or the table removes faces, as it does pictures."""
    people.employees.end_employment("anna", date(2026, 3, 2))
    people.clock.now += DAY
    objects: Any = people.objects
    everything = objects.list

    def slow(prefix: str) -> Any:
        if prefix == f"snapshots/{SITE}/":
            raise Unavailable("S3 did not answer")
        return everything(prefix)

    objects.list = slow
    with pytest.raises(Unavailable):
        people.purging.purge_site(SITE)
    assert people.gallery.find(SITE, "anna") is None


def test_what_an_index_had_hidden_from_an_erasure_goes_the_day_after(people: People) -> None:
    people.erasing.erase("anna", by="ada")
    people.recognise("anna", ANNA, 7)
    people.clock.now += DAY
    assert people.purging.purge_site(SITE)["people"] == 1
    assert people.answers.list_of_employee(SITE, "anna") == []


def test_a_site_that_is_unknown_is_told(people: People) -> None:
    with pytest.raises(NotFound):
        people.purging.purge_site("nowhere")
