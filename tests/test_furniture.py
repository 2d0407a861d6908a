"""Page furniture is blanked out, the story is not, and nothing moves."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.config_files import config_file
from dateline.furniture import Furniture, load_furniture

FURNITURE = load_furniture(config_file("boilerplate.toml"))
STORY = "Three men were arrested in Kara on Monday."


@pytest.fixture
def furniture() -> Furniture:
    return FURNITURE


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement",
        "ADVERTISEMENT",
        "— Advertisement —",
        "Read more: Flood kills nine in Savanes",
        "Sign up for our newsletter to get the news at seven.",
        "By Afi Mensah",
        "By Afi Mensah and Kodjo Amegan, Staff Writers",
        "Photo: Afi Mensah / Harbour News",
        "(Photo by Afi Mensah)",
        "© 2025 Harbour News Ltd. All rights reserved.",
        "Copyright 2025 Harbour News. This material may not be published, broadcast or rewritten.",
        "Reporting by Afi Mensah; editing by Kodjo Amegan",
        "Last updated: 10:32 GMT",
        "10:32 GMT",
        "Updated at 4.15pm",
        "<script>var killed = 12;</script>",
        "<!-- the bomb killed 12 -->",
        '<a href="/bomb">',
    ],
)
def test_furniture_between_the_paragraphs_is_blanked(furniture: Furniture, line: str) -> None:
    plain = furniture.without(f"{STORY}\n{line}\n{STORY}")
    assert plain == f"{STORY}\n{' ' * len(line)}\n{STORY}"


@pytest.mark.parametrize(
    "line",
    [
        STORY,
        "By Monday the rebels had taken the town.",
        "By Friday evening, Kara Hospital had run out of beds",
        "Police had come at once. Photo: AFP The minister said that troops had killed two men.",
        "Police shared the video. Watch out for thieves, they said.",
        "At 10:32 GMT a bomb went off.",
        "5 < 7 and 9 > 8, AT&T said; R&D stopped.",
        "The advertisement that showed the attack was banned.",
    ],
)
def test_the_story_stays_whole(furniture: Furniture, line: str) -> None:
    assert furniture.without(f"{STORY}\n{line}") == f"{STORY}\n{line}"


def test_a_sentence_of_furniture_in_a_paragraph_is_blanked_alone(furniture: Furniture) -> None:
    advert = "Sign up for our newsletter."
    assert furniture.without(f"{STORY} {advert} {STORY}") == f"{STORY} {' ' * len(advert)} {STORY}"


def test_an_agency_at_the_start_is_blanked_and_a_dateline_stays(furniture: Furniture) -> None:
    assert furniture.without(f"(Reuters) - {STORY}") == f"{' ' * 12}{STORY}"
    assert furniture.without(f"LOME (Reuters) - {STORY}") == f"LOME (Reuters) - {STORY}"


def test_entities_are_spelt_out_in_their_own_room(furniture: Furniture) -> None:
    assert furniture.without("Kara&nbsp;and Lom&eacute; &#39;now&#39;") == "Kara      and Lomé        '    now'    "


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    st.lists(
        st.sampled_from(["<b>", "<", ">", "&amp;", "&", "Photo:", "©", "By A B", "\n", " ", ".", "İ", "<script>", "x", "\ud800"]),
        max_size=30,
    )
)
def test_no_text_changes_its_length(parts: list[str]) -> None:
    text = "".join(parts)
    plain = FURNITURE.without(text)
    assert len(plain) == len(text)
    assert plain.count("\n") == text.count("\n")
