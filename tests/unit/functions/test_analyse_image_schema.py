"""Whatever is sent to the routes that take images, the answer is one that the OpenAPI document allows."""

from __future__ import annotations

from typing import Any, cast

import pytest
import schemathesis
from anyio.from_thread import BlockingPortal
from hypothesis import find
from schemathesis import Case, GenerationMode

from floorsight.images.plates import PicturePlates
from floorsight.vision.detector import Detector
from functions.analyse_image.app import create_app
from functions.analyse_image.services import Services
from functions.analyse_image.uploads import Uploads
from functions.gateway.access import Role
from functions.gateway.application import describe_api
from tests.fakes.painted import enrolment_on
from tests.fakes.scene import SITE
from tests.fakes.stills import Gate
from tests.fakes.yard import CarDetector, GreyPlateReader
from tests.unit.functions.conftest import client_of
from tests.unit.functions.test_analyse_image import trials_on
from tests.unit.functions.test_query_api_schema import CHECKS, bounded, claims_of, requests, send_many

PATHS = (
    "/api/process",
    "/api/process/uploads",
    "/api/employees/{employee_id}/faces",
    "/api/v1/vehicle/validate-plate",
)


class FuzzedImages:
    """The application, at a new gate for every request."""

    def __init__(self, s3: Any, portal: BlockingPortal) -> None:
        self._s3, self._portal = s3, portal
        self.app = create_app(self._services)
        self.schema = schemathesis.openapi.from_dict(describe_api(self.app))

    def _services(self) -> Services:
        gate = Gate()
        uploads = Uploads("pictures", gate.objects, lambda: self._s3)
        enrolment = enrolment_on(gate.scene, gate.objects)
        employees = enrolment.keeping.employees
        employees.create_employee(employee_id="anna", site_id=SITE, name="Anna", by="olga")
        employees.record_consent("anna", version="1", by="olga")
        pictures = PicturePlates(cast("Detector", CarDetector()), lambda: GreyPlateReader(everywhere=True))
        return Services(gate.service(), uploads, enrolment, pictures, trials_on(gate.scene))

    def answer(self, case: Case, claims: dict[str, str] | None) -> Any:
        """The answer to a request, checked against the document."""
        answer = client_of(self.app, claims, self._portal).request(**case.as_transport_kwargs())
        case.validate_response(answer, checks=CHECKS)
        return answer


@pytest.fixture(scope="module")
def fuzzed(s3: Any, portal: BlockingPortal) -> FuzzedImages:
    return FuzzedImages(s3, portal)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_answer_is_one_that_the_document_allows(
    fuzzed: FuzzedImages, path: str, mode: GenerationMode
) -> None:
    send_many(fuzzed, fuzzed.schema[path]["POST"], mode)


@pytest.mark.parametrize("path", PATHS)
def test_every_operation_can_succeed(fuzzed: FuzzedImages, path: str) -> None:
    made = requests(fuzzed.schema[path]["POST"], GenerationMode.POSITIVE, [True], [Role.ADMIN])
    find(
        made,
        lambda request: fuzzed.answer(request[0], claims_of(request[1])).status_code < 300,
        settings=bounded(1000),
    )
