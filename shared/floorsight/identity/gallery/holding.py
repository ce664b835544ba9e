"""Galleries in a process's memory: read again when somebody was enrolled or erased, and not before."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from floorsight.identity.gallery.matching import Gallery
from floorsight.identity.gallery.store import GalleryStore

MAX_GALLERIES = 8  # of 5,000 people each 13 MB


@dataclass(frozen=True)
class GalleryHolder:
    """The galleries of the sites that were asked for last. For one thread."""

    store: GalleryStore
    most: int = MAX_GALLERIES
    _held: OrderedDict[tuple[str, str], Gallery] = field(default_factory=OrderedDict, init=False, repr=False)

    def current(self, site_id: str, embedder: str) -> Gallery:
        """A site's gallery as it is now: enrolment and erasure take effect with the next question.

        Raises:
            Unavailable: the table does not answer.
        """
        key = (site_id, embedder)
        held = self._held.get(key)
        if held is None or held.revision != self.store.find_revision(site_id):
            held = Gallery.of(self.store.load_site(site_id), embedder)
        self._held[key] = held
        self._held.move_to_end(key)
        while len(self._held) > self.most:
            self._held.popitem(last=False)
        return held
