"""Dead letters: the input as it came, and why."""

from __future__ import annotations

from dateline.delivery.deadletters import Input, dead_letter

SOURCE = Input(topic="articles", partition=3, offset=42, key=b"k", value=b"\xff not json", headers=(("dateline-type", b"mention"),))


def told(headers: tuple[tuple[str, bytes], ...]) -> dict[str, str]:
    return {name: value.decode() for name, value in headers}


def test_a_letter_holds_its_input_byte_for_byte_and_the_reason() -> None:
    letter = dead_letter("dead", SOURCE, ValueError("x" * 10_000), stage="extract", max_bytes=1000, attempts=2)
    headers = told(letter.headers)
    assert (letter.topic, letter.key, letter.value) == ("dead", b"k", b"\xff not json")
    assert headers["dateline-type"] == "mention"
    assert headers["dateline-error-class"] == "ValueError"
    assert len(headers["dateline-error-message"]) == 2000
    assert (headers["dateline-error-topic"], headers["dateline-error-partition"], headers["dateline-error-offset"]) == (
        "articles",
        "3",
        "42",
    )
    assert (headers["dateline-error-stage"], headers["dateline-error-attempts"]) == ("extract", "2")


def test_a_letter_of_a_letter_tells_only_the_last_failure() -> None:
    once = dead_letter("dead", SOURCE, ValueError("first"), stage="extract", max_bytes=1000)
    source = Input(topic="dead", partition=0, offset=0, key=once.key, value=once.value, headers=once.headers)
    twice = dead_letter("dead", source, ValueError("second"), stage="extract", max_bytes=1000)
    assert len(twice.headers) == len(once.headers)
    assert told(twice.headers)["dateline-error-message"] == "second"


def test_an_input_longer_than_we_can_send_is_cut_and_says_so() -> None:
    long = Input(topic="articles", partition=0, offset=7, key=b"k", value=b"x" * 2000)
    letter = dead_letter("dead", long, ValueError("no"), stage="extract", max_bytes=1000)
    assert len(letter.value or b"") == 1000
    assert "2000" in told(letter.headers)["dateline-error-cut"]


def test_neither_key_nor_value_can_still_be_sent() -> None:
    letter = dead_letter(
        "dead", Input(topic="a", partition=0, offset=0, key=None, value=None), ValueError("no"), stage="extract", max_bytes=9
    )
    assert letter.value == b""
    assert told(letter.headers)["dateline-error-null"] == "key and value"
