"""The words around a name that tell whether it names a place, and of what kind."""

from __future__ import annotations

from dateline.records import Level


def words(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


# After these a name is almost surely a place; after the weak ones it may also be a person or an organisation
STRONG_CUES = frozenset(["in", "near", "outside", "across", "throughout", "inside", "around", "into"])
WEAK_CUES = frozenset(["from", "to", "at", "of", "toward", "towards", "through", "via", "between", "off", "over"])
# Words that may stand between such a preposition and the name
FILLERS = words(
    "the northern southern eastern western northeastern northwestern southeastern southwestern north-east north-west central "
    "downtown historic rural nearby neighboring neighbouring upstate greater metropolitan suburban war-torn north south east west"
)

HEADS: dict[str, Level] = {
    **dict.fromkeys(
        ["province", "governorate", "state", "region", "oblast", "prefecture", "emirate", "territory", "voivodeship", "krai"], "admin1"
    ),
    **dict.fromkeys(["district", "county", "parish", "municipality", "rayon", "raion", "canton", "borough"], "admin2"),
    **dict.fromkeys(["city", "town", "village", "township", "twp", "twp."], "city"),
    **dict.fromkeys(
        ["airport", "airbase", "airfield", "base", "camp", "barracks", "refinery", "port", "prison", "dam", "crossing", "stadium"], "site"
    ),
}
# "X, Y and Z counties"
HEADS_OF_LISTS: dict[str, Level] = {
    **dict.fromkeys(["provinces", "governorates", "states", "regions", "oblasts", "prefectures"], "admin1"),
    **dict.fromkeys(["districts", "counties", "parishes", "municipalities", "boroughs"], "admin2"),
    **dict.fromkeys(["cities", "towns", "villages", "townships"], "city"),
}
# Words that may stand between a name and its head: "X military base", "X refugee camp"
HEAD_MODIFIERS = frozenset(
    ["military", "air", "naval", "army", "refugee", "international", "border", "oil", "training", "federal", "autonomous"]
)
# "the city of X", "the province of X"
HEADS_BEFORE = {head: level for head, level in HEADS.items() if level != "site"}

# Followed by one of these, a name is that of a street, a river or a thing, not of the place
NOT_A_PLACE_BEFORE = words(
    "street st. avenue ave ave. road rd rd. lane boulevard blvd blvd. drive highway parkway creek river hotel inn times post herald "
    "tribune gazette journal telegraph globe express trail apartments casino plaza mall lottery inc inc. corp corp. ltd co co. llc"
)
# Followed by one of these, the name of a place begins the name of an institution there
INSTITUTIONS = words(
    "police fire department university college school schools hospital court county city council sheriff mayor governor gov. "
    "senator sen. parliament government ministry minister president prime embassy district state house senate legislature public "
    "high general medical health supreme superior attorney airport chamber church center centre board authority commission "
    "committee international national army navy air coast central bank museum library zoo park stadium symphony water power union "
    "federation association institute society"
)
# "an Alton man", "Fremont residents": who is told by where they live
INHABITANTS = words(
    "man woman men women boy girl teen teenager teens couple resident residents native natives mother father family families student "
    "students voters police businessman lawyer firefighters officials authorities councillor lawmakers shoppers home house area "
    "neighborhood neighbourhood suburb metro"
)
# "Marburg virus", "Lyme disease": things named after where they were first met
EPONYMS = words("virus viruses ebolavirus disease fever flu influenza strain syndrome hemorrhagic haemorrhagic encephalitis measles")
# "Fairfield said": who speaks or acts is mostly a person
SPEECH = words(
    "said says told added wrote asked replied was who whose has had is declined testified pleaded pled died thinks believes explained "
    "noted recalled joined served attended"
)
# "Sen. Smith, D-Calif.": what stands before the hyphen
PARTIES = frozenset(["D", "R", "I", "DFL", "Dem", "Rep", "Con", "Lab"])
PERSON_TITLES = words(
    "president mr mr. mrs mrs. ms ms. dr dr. sen sen. senator gov gov. governor rep rep. judge justice sgt sgt. lt lt. capt capt. "
    "col col. gen gen. officer deputy detective coach chief minister king queen prince princess pope st. saint sir lord lady miss "
    "professor prof prof. mayor reverend rev rev. secretary"
)
# The Arabic article as English text spells it, at the start of a name
ARABIC_ARTICLES = frozenset(["al", "el", "ash", "as", "at", "ar", "an", "ad", "az", "tal", "tell"])
# Capitalised words at which no name of a place begins: articles, and directions ("Northeast Georgia" is in Georgia, not at Northeast)
NEVER_FIRST = frozenset(
    ["the", "a", "an", "this", "that", "these", "northeast", "northwest", "southeast", "southwest", "midtown", "greater"]
)
# Alone these are no names, though provinces are called so: "the West", "Southern California"
DIRECTIONS = words("north south east west northern southern eastern western central upper lower mid far")
# Small words inside names
PARTICLES = words(
    "of de del della di da do dos das du des la le les el al ez es ash as ar an ad az et i y e and the on upon sur am an der den im "
    "in ob v na nad pod o ye d l au aux sous sur lès en 's ’s"
)
# With these the last word of a name may begin small: "Côte d'Ivoire"
ELISIONS = ("d'", "d’", "l'", "l’")
