"""What the gallery keeps in the registry table."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from floorsight.identity.gallery.model import EnrolledFace, EnrolledPerson, SiteFaces
from floorsight.platform.clock import from_sort_key, to_sort_key
from floorsight.platform.contention import transact_again
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import Item, ItemType, TableName
from floorsight.platform.retry import Backoff
from floorsight.platform.table import Delete, Put, Table, TransactionRefused, Update, Write, at_revision

_READERS = ("recognise_person", "query_api", "analyse_image", "run_job")
_WRITERS = ("query_api", "analyse_image", "run_job")
_PEOPLE = "EMPLOYEE#"

FACES = ItemType(
    name="enrolled_faces",
    table=TableName.REGISTRY,
    pk="GALLERY#{site_id}",
    sk=_PEOPLE + "{employee_id}",
    purpose="Up to five faces of an employee: embeddings (128 float32 each, binary), the model that made "
    "them, the pictures' keys, who enrolled them and when. It goes with the last face.",
    writers=_WRITERS,
    readers=_READERS,
)
REVISION = ItemType(
    name="gallery_revision",
    table=TableName.REGISTRY,
    pk="GALLERY#{site_id}",
    sk="REVISION",
    purpose="`revision` rises in the same transaction as any change of the site's enrolled faces: who holds "
    "them in memory knows by one consistent read whether they are still the ones.",
    writers=_WRITERS,
    readers=_READERS,
)
ITEM_TYPES: tuple[ItemType, ...] = (FACES, REVISION)


@dataclass(frozen=True)
class GalleryStore:
    """Enrolled faces in the registry table. All reads are consistent."""

    table: Table
    backoff: Backoff = field(default_factory=Backoff)

    def find_revision(self, site_id: str) -> int:
        """The site's revision now; 0 if nobody was ever enrolled."""
        item = self.table.get(REVISION.key(site_id=site_id))
        return int(item["revision"]) if item else 0

    def load_site(self, site_id: str) -> SiteFaces:
        """All people of a site, by id, as they were at one revision.

        A query of many pages is no snapshot: it is made again until the revision stood still meanwhile.

        Raises:
            Unavailable: faces are changed faster than they can be read.
        """
        before = self.find_revision(site_id)
        for _ in self.backoff.tries():
            items = self.table.query(FACES.partition(site_id=site_id), begins=_PEOPLE).items
            after = self.find_revision(site_id)
            if after == before:
                return SiteFaces(site_id, after, tuple(map(_read_person, items)))
            before = after
        raise Unavailable(f"the gallery of site {site_id} changes all the time", code="contention")

    def find(self, site_id: str, employee_id: str) -> EnrolledPerson | None:
        """An employee's faces, or None if there are none."""
        item = self.table.get(FACES.key(site_id=site_id, employee_id=employee_id))
        return _read_person(item) if item else None

    def put(self, person: EnrolledPerson) -> EnrolledPerson:
        """Write all faces of a person in place of the ones of `person.revision` (0: there are none).

        Without faces the person is removed. Returns what is stored now, with its revision.

        Raises:
            Conflict: `faces_changed`: somebody else changed them meanwhile; find them and decide again.
            Unavailable: contention; the same call may succeed later.
        """
        stored = replace(person, revision=person.revision + 1 if person.faces else 0)
        try:
            self._transact(self.put_writes(person))
        except TransactionRefused as refused:
            found = self.find(person.site_id, person.employee_id)
            if (found.faces if found else ()) != person.faces:
                raise Conflict(
                    "the employee's faces were changed meanwhile; read them again and repeat your change",
                    code="faces_changed",
                ) from refused
            return found or stored  # written before, and the answer was lost
        return stored

    def put_writes(self, person: EnrolledPerson) -> list[Write]:
        """What `put` writes, for a transaction with something else of the registry table."""
        key = FACES.key(site_id=person.site_id, employee_id=person.employee_id)
        expect = at_revision(person.revision)
        rise = Update(
            REVISION.key(site_id=person.site_id),
            add={"revision": 1},
            set={"type": REVISION.name, "v": REVISION.version, "site_id": person.site_id},
        )
        return [Put(_dump_person(person), expect) if person.faces else Delete(key, expect), rise]

    def remove(self, site_id: str, employee_id: str) -> EnrolledPerson | None:
        """Remove all faces of an employee, whatever they are by now. Returns what was removed, or None.

        Raises:
            Unavailable: contention; the same call may succeed later.
        """
        for _ in self.backoff.tries():
            found = self.find(site_id, employee_id)
            if found is None:
                return None
            try:
                self.put(replace(found, faces=()))
            except Conflict:  # enrolled again this very moment: those faces go too
                continue
            return found
        raise Unavailable(f"the faces of employee {employee_id} change all the time", code="contention")

    def _transact(self, writes: list[Write]) -> None:
        busy = "others are changing the same site's faces; try again"
        transact_again(self.table, writes, self.backoff, busy=busy)


def _dump_person(person: EnrolledPerson) -> Item:
    body: Item = {
        "site_id": person.site_id,
        "employee_id": person.employee_id,
        "revision": person.revision + 1,
        "faces": [_dump_face(face) for face in person.faces],
    }
    return FACES.item(body, site_id=person.site_id, employee_id=person.employee_id)


def _dump_face(face: EnrolledFace) -> Item:
    return {**vars(face), "enrolled_at": to_sort_key(face.enrolled_at)}


def _read_person(item: Item) -> EnrolledPerson:
    faces = tuple(map(_read_face, item["faces"]))
    return EnrolledPerson(item["site_id"], item["employee_id"], faces, item["revision"])


def _read_face(values: Item) -> EnrolledFace:
    return EnrolledFace(**{**values, "enrolled_at": from_sort_key(values["enrolled_at"])})
