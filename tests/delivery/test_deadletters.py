"""Dead letters: the input as it came, and why."""

from __future__ import annotations

import pytest
from aiokafka.structs import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from dateline.delivery.deadletters import Input, UnsendableError, dead_letter, letter_of, own_headers, sent_again
from dateline.delivery.producing import Outgoing

SOURCE = Input(topic="articles", partition=3, offset=42, key=b"k", value=b"\xff not json", headers=(("dateline-type", b"mention"),))


def told(headers: tuple[tuple[str, bytes], ...]) -> dict[str, str]:
    return {name: value.decode() for name, value in headers}


def test_a_letter_holds_its_input_byte_for_byte_and_the_reason() -> None:
    letter = dead_letter("dead", SOURCE, ValueError("x" * 10_000), stage="extract", max_bytes=1000, attempts=2)
    headers = told(letter.headers)
    assert (letter.topic, letter.key, letter.value) == ("dead", b"articles:3:42", b"\xff not json")
    assert headers["dateline-error-key"] == "k"
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


def test_what_an_input_did_not_have_is_told_for_a_letter_without_value_would_be_a_tombstone() -> None:
    letter = dead_letter(
        "dead", Input(topic="a", partition=0, offset=0, key=None, value=None), ValueError("no"), stage="extract", max_bytes=9
    )
    assert letter.value == b""
    assert told(letter.headers)["dateline-error-null"] == "value"
    assert "dateline-error-key" not in told(letter.headers)


BYTES = st.none() | st.binary(max_size=20)
HEADERS = st.lists(st.tuples(st.sampled_from(["dateline-type", "x", "content-type"]), st.binary(max_size=5)), max_size=3).map(tuple)
INPUTS = st.builds(
    Input,
    topic=st.sampled_from(["articles", "some.mentions"]),
    partition=st.integers(0, 99),
    offset=st.integers(0, 2**40),
    key=BYTES,
    value=BYTES,
    headers=HEADERS,
)


def on_the_topic(letter: Outgoing) -> ConsumerRecord:
    value, key = letter.value, letter.key
    return ConsumerRecord("dead", 0, 0, 0, 0, key, value, None, len(key or b""), len(value or b""), list(letter.headers))


@given(INPUTS, st.text(max_size=20))
def test_what_is_sent_again_is_the_input_as_it_came(source: Input, message: str) -> None:
    letter = letter_of(on_the_topic(dead_letter("dead", source, ValueError(message), stage="extract", max_bytes=1000)), with_value=True)
    assert letter is not None
    assert letter.source == source
    if source.key is None and source.value is None:
        with pytest.raises(UnsendableError):
            sent_again(letter)
        return
    again = sent_again(letter)
    assert (again.topic, again.partition, again.key, again.value) == (source.topic, source.partition, source.key, source.value)
    assert own_headers(again.headers) == source.headers


def test_attempts_go_on_counting_and_the_input_does_not_grow() -> None:
    source = SOURCE
    for count in range(1, 5):
        letter = letter_of(on_the_topic(dead_letter("dead", source, ValueError("no"), stage="extract", max_bytes=1000)), with_value=True)
        assert letter is not None
        assert letter.reasons["attempts"] == str(count)
        again = sent_again(letter)
        assert len(again.headers) == len(SOURCE.headers) + 1
        source = Input(topic=again.topic, partition=3, offset=42 + count, key=again.key, value=again.value, headers=again.headers)


def test_a_letter_that_was_cut_is_not_sent_again() -> None:
    letter = letter_of(on_the_topic(dead_letter("dead", SOURCE, ValueError("no"), stage="extract", max_bytes=3)), with_value=True)
    assert letter is not None
    with pytest.raises(UnsendableError, match="cut"):
        sent_again(letter)


def test_what_is_no_letter_is_passed_over() -> None:
    assert letter_of(on_the_topic(Outgoing(topic="dead", key=b"k", value=b"v", headers=(("x", b"y"),))), with_value=True) is None
