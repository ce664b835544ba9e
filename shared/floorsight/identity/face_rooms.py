"""Whoever keeps, erases and purges faces, on a function's own resources."""

from __future__ import annotations

from dataclasses import dataclass

from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.identity.answers.store import AnswerStore
from floorsight.identity.enrolling.adding import FaceKeeping
from floorsight.identity.enrolling.indexing import FaceIndex, MarkedIndex
from floorsight.identity.enrolling.store import OutsideStore
from floorsight.identity.erasing.reviewing import ReviewErasure
from floorsight.identity.erasing.service import ErasureService
from floorsight.identity.erasing.store import ErasureStore
from floorsight.identity.gallery.store import GalleryStore
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.purging import PurgeService
from floorsight.identity.rekognition.calling import Caller
from floorsight.identity.rekognition.collections import Collections
from floorsight.identity.rekognition.index import RekognitionIndex
from floorsight.identity.rekognition.store import SpendLedger
from floorsight.identity.review.store import ReviewStore
from floorsight.platform.aws import client
from floorsight.platform.clock import Clock, utc_now
from floorsight.platform.objects import ObjectStore
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService


@dataclass(frozen=True)
class FaceRooms:
    """Employees, and what is done with their faces."""

    employees: EmployeeService
    policies: PolicyStore
    keeping: FaceKeeping
    erasing: ErasureService
    purging: PurgeService


def open_face_rooms(
    *,
    registry: Table,
    presence: Table,
    objects: ObjectStore,
    sites: SiteService,
    outside: FaceIndex,
    clock: Clock = utc_now,
) -> FaceRooms:
    """The rooms on these tables and objects. `outside` is asked only about whom it was given."""
    employees = EmployeeService(EmployeeStore(registry), sites, clock)
    policies, gallery, reviews = PolicyStore(registry), GalleryStore(registry), ReviewStore(presence)
    index = MarkedIndex(outside, OutsideStore(registry), policies)
    erasing = ErasureService(
        employees=employees,
        gallery=gallery,
        answers=AnswerStore(presence),
        reviewing=ReviewErasure(reviews, objects),
        policies=policies,
        objects=objects,
        index=index,
        store=ErasureStore(registry),
        clock=clock,
    )
    return FaceRooms(
        employees=employees,
        policies=policies,
        keeping=FaceKeeping(employees, gallery, objects, index, clock),
        erasing=erasing,
        purging=PurgeService(sites, employees, policies, reviews, objects, erasing, clock),
    )


def ask_rekognition(stage: str, *, registry: Table, presence: Table, sites: SiteService) -> FaceIndex:
    """Rekognition's collections of a stage; its client is made at the first question."""
    collections = Collections(stage, Caller(lambda: client("rekognition"), SpendLedger(presence)))
    return RekognitionIndex(collections, PolicyStore(registry), sites)
