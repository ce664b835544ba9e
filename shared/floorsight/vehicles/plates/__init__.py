"""What plates look like: formats, and which texts a camera may take for one another. Pure."""

from floorsight.vehicles.plates.formats import Profile
from floorsight.vehicles.plates.matching import Canonical, canonical_texts, find_misfits
from floorsight.vehicles.plates.profiles import PROFILES
from floorsight.vehicles.plates.text import clean, fold

__all__ = ["PROFILES", "Canonical", "Profile", "canonical_texts", "clean", "find_misfits", "fold"]
