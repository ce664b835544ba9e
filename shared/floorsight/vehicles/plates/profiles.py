"""The formats that Floorsight knows (docs/gate.md has them as a table)."""

from __future__ import annotations

from floorsight.vehicles.plates.formats import Profile
from floorsight.vehicles.plates.text import LONGEST

INDIA = Profile(
    name="IN",
    title="India: state, district, up to three letters, four digits; Bharat series",
    forms=(
        "@@##@{1,2}####",
        "@@##@@@####",
        "@@######",  # before there were letters
        # These states leave out the zero of a one-digit district. Their letters lack I and O, so that
        # DL1O is district 10, misread.
        "DL#&{1,3}####",
        "GJ#&{1,3}####",
        "BR#&{1,3}####",
        "##BH####@{1,2}",
    ),
    examples=(
        "MH12AB1234",
        "KA05M4321",
        "TN10CAB1234",
        "MH121234",
        "DL1CAB1234",
        "22BH6517A",
        "22BH1234AA",
    ),
)
EUROPE = Profile(
    name="EU",
    title="European Union, Norway, Switzerland: the series of cars issued today, not of one country alone",
    forms=(
        "@{1,2}#{3,5}@{1,2}",  # France, Italy, Slovakia, Austria, Bulgaria, Croatia, some of Poland
        "####@@@",  # Spain
        # Germany; also Cyprus, Finland, Greece, Hungary, Latvia, Lithuania, Luxembourg, Malta, Sweden.
        "@{2,5}#{1,4}",
        "@{2,5}#{1,4}E",
        "@{2,5}#{1,4}H",
        "#@@@###",  # Belgium
        "#@?####",  # Czechia
        "@@#####",  # Denmark, Norway, Poland
        "@@######",  # Switzerland
        "###@@@",  # Estonia
        "@@@##@",  # Sweden
        "@#{2,3}@@@",  # Romania: Bucharest, elsewhere
        "@@##@@@",
        "@@##@@",  # Portugal, the Netherlands
        "##@@##",
        "####@@",
        "##@@@@",  # the Netherlands
        "##@@@#",
        "#@@@##",
        "@@###@",
        "@###@@",
        "#@@###",
        "###@@#",
        "#{2,3}@{1,2}#{1,6}",  # Ireland
    ),
    examples=(
        "AB123CD",
        "1234BCD",
        "MAB1234",
        "1ABC234",
        "5AU5341",
        "AB12345",
        "W12345A",
        "B123ABC",
        "251D12345",
    ),
    longest=9,
)
UNITED_KINGDOM = Profile(
    name="UK",
    title="United Kingdom: since 2001, with a prefix or suffix for the year, without one, Northern Ireland",
    forms=(
        "@@##@@@",  # since 2001
        "@#{1,3}@@@",  # prefix
        "@@@#{1,3}@",  # suffix
        "@{1,2}#{1,4}",  # dateless
        "@@@#{1,4}",  # dateless, Northern Ireland
        "#{1,4}@{1,2}",
        "#{1,3}@@@",
    ),
    examples=("AB12CDE", "A123BCD", "ABC123D", "AB1234", "JIG1234", "1234AB", "123ABC"),
)
UNITED_STATES = Profile(
    name="US",
    title="United States: what most states issue in series; not what drivers choose (add ANY for these)",
    forms=(
        "@@@####",  # New York, Texas, Pennsylvania, Georgia, Ohio, North Carolina, Virginia, Washington...
        "#@@@###",  # California
        "@@@###",  # Minnesota, Iowa, Oklahoma, New Mexico...
        "###@@@",  # Oregon, Louisiana, Indiana...
        "@@#####",  # Illinois, Connecticut
        "#@@####",  # Maryland
        "@##@@@",  # New Jersey
        "@@@@##",  # Colorado, Florida
        "#@@@##",  # Massachusetts
        "@@#@#@",  # Missouri
    ),
    examples=(
        "ABC1234",
        "1ABC234",
        "ABC123",
        "123ABC",
        "AB12345",
        "1AB2345",
        "A12BCD",
        "ABCD12",
        "1ABC23",
        "AB1C2D",
    ),
)
BRAZIL = Profile(
    name="BR",
    title="Brazil: Mercosur, and the plates before it",
    forms=("@@@#@##", "@@@####"),
    examples=("ABC1D23", "ABC1234"),
)
ANY = Profile(
    name="ANY",
    title=f"Any 2 to {LONGEST} letters and digits as they are read; asked when no other format fits",
    forms=(f"?{{2,{LONGEST}}}",),
    examples=("AB1234", "X1"),
)

PROFILES: dict[str, Profile] = {
    each.name: each for each in (INDIA, EUROPE, UNITED_KINGDOM, UNITED_STATES, BRAZIL, ANY)
}
