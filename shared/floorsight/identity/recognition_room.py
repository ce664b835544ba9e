"""Whoever answers who somebody is, on a function's own resources."""

from __future__ import annotations

from floorsight.employees.service import EmployeeService
from floorsight.employees.store import EmployeeStore
from floorsight.identity.deciding import DecisionService
from floorsight.identity.gallery.holding import GalleryHolder
from floorsight.identity.keeping import Evidence
from floorsight.identity.policy.store import PolicyStore
from floorsight.identity.recognising import RecognitionService
from floorsight.identity.rekognition.backend import RekognitionBackend
from floorsight.identity.rekognition.calling import Caller
from floorsight.identity.rekognition.collections import Collections
from floorsight.identity.rekognition.store import SpendLedger
from floorsight.platform.aws import client
from floorsight.platform.bus import Bus
from floorsight.platform.objects import ObjectStore
from floorsight.platform.table import Table
from floorsight.sites.service import SiteService


def open_recognition(
    stage: str,
    *,
    registry: Table,
    presence: Table,
    objects: ObjectStore,
    sites: SiteService,
    bus: Bus,
    galleries: GalleryHolder,
) -> RecognitionService:
    """The service on these tables and objects; Rekognition's client is made at the first question to it."""
    collections = Collections(stage, Caller(lambda: client("rekognition"), SpendLedger(presence)))
    employees = EmployeeService(EmployeeStore(registry), sites)
    return RecognitionService(
        sites=sites,
        policies=PolicyStore(registry),
        decisions=DecisionService(galleries, employees, RekognitionBackend(collections)),
        evidence=Evidence(objects),
        presence=presence,
        bus=bus,
    )
