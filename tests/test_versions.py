"""Schema evolution: version 1 as it was first published is frozen in contracts/v1, and holds in both directions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from contracts.v1.consumer import table_of
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from merging.reports import OPTIONS, report
from test_schemas import EXAMPLES

from dateline import codec, versions
from dateline.codec import NewerVersionError, UnreadableRecordError, decode, encode
from dateline.merging import cluster
from dateline.poller import FeedState
from dateline.records import Article, Event, Mention, Withdrawal
from dateline.schemas import RECORDS
from dateline.versions import Raw, Step, upcast

V1 = Path(__file__).parent / "contracts" / "v1"
FROZEN = sorted(path.name.removesuffix(".schema.json") for path in V1.glob("*.schema.json"))


def first_schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((V1 / f"{name}.schema.json").read_bytes())
    return loaded


@pytest.mark.parametrize(("name", "record"), [example for example in EXAMPLES if example[0] in FROZEN])
def test_a_consumer_of_the_first_version_1_can_read_what_we_write_today(name: str, record: object) -> None:
    Draft202012Validator(first_schema(name), format_checker=FormatChecker()).validate(orjson.loads(encode(record)))


def grown(first: Any, now: Any) -> bool:
    """Whether all that the first says is said now, fields that were added aside."""
    if isinstance(first, dict):
        return isinstance(now, dict) and all(name in now and grown(value, now[name]) for name, value in first.items())
    if isinstance(first, list):
        return isinstance(now, list) and len(first) == len(now) and all(map(grown, first, now))
    return bool(first == now)


@pytest.mark.parametrize("name", FROZEN)
def test_what_the_first_version_1_wrote_is_read_today(name: str) -> None:
    raw = (V1 / f"{name}.json").read_bytes()
    Draft202012Validator(first_schema(name)).validate(orjson.loads(raw))
    record = decode(raw, RECORDS[name])
    assert grown(orjson.loads(raw), orjson.loads(encode(record)))
    if name == "mention":
        (event,) = cluster([record], OPTIONS)
        assert event.casualties.killed is not None


def test_a_program_written_against_version_1_understands_todays_events() -> None:
    market = "Gunmen stormed the fish market"
    before = cluster([report("gazette", market, killed=(4, None)), report("herald", market, killed=4)], OPTIONS)
    gone = replace(before[0], event_id="gone")
    records = [(event.event_id.encode(), encode(event)) for event in (*before, gone, replace(gone, state="retracted"))]
    frozen = decode((V1 / "event.json").read_bytes(), Event)
    table = table_of([*records, (frozen.event_id.encode(), encode(frozen)), (b"gone before", None)])
    assert table.keys() == {before[0].event_id, frozen.event_id}
    what, _, status, _, _, where, _, killed, _, articles, count, _, _ = table[before[0].event_id]
    assert (what, status, killed, articles, count) == ("ASSAULT", "actual", (4, 4), ["gazette", "herald"], 2)
    assert where == ("XA", 10.0, 10.0, "city")


@pytest.mark.parametrize("name", FROZEN)
def test_what_a_newer_dateline_wrote_is_said_to_be_that(name: str) -> None:
    field = versions.VERSION_FIELD.get(RECORDS[name].__name__, "version")
    newer = orjson.loads((V1 / f"{name}.json").read_bytes()) | {field: 2}
    with pytest.raises(NewerVersionError, match=r"written by a newer Dateline: .* of version 2, and this one reads up to 1"):
        decode(orjson.dumps(newer), RECORDS[name])


@pytest.mark.parametrize("version", [0, -(2**62)])
def test_a_version_that_never_was_is_refused(version: int) -> None:
    with pytest.raises(UnreadableRecordError, match="never was"):
        decode(orjson.dumps({"article_id": "a", "article_version": 1, "version": version}), Withdrawal)


def test_an_articles_own_versions_are_no_versions_of_its_shape() -> None:
    assert decode(b'{"article_id": "a", "text": "t", "version": 7}', Article).version == 7


def test_the_day_version_2_comes_version_1_is_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if records said since version 2 `central` as it is now, and in version 1 had called it `main`."""

    def from_1(raw: Raw) -> Raw:
        return {name: value for name, value in raw.items() if name != "main"} | {"central": raw["main"]}

    steps: dict[tuple[str, int], Step] = {("Mention", 1): from_1}
    monkeypatch.setattr(codec, "VERSION", 2)
    monkeypatch.setattr(codec, "upcast", lambda raw, name: upcast(raw, name, newest=2, steps=steps))
    old = orjson.loads((V1 / "mention.json").read_bytes())
    old["main"] = not old["central"]
    del old["central"]
    record = decode(orjson.dumps(old), Mention)
    assert (record.central, record.version) == (old["main"], 2)
    unchanged = decode((V1 / "withdrawal.json").read_bytes(), Withdrawal)  # a type that version 2 left alone
    assert unchanged.version == 2
    with pytest.raises(NewerVersionError):
        decode(orjson.dumps(old | {"version": 3}), Mention)


def test_steps_follow_each_other() -> None:
    def step(number: int) -> Step:
        return lambda raw: raw | {"way": [*raw.get("way", []), number]}

    steps = {("Event", number): step(number) for number in (1, 3)}
    assert upcast({}, "Event", newest=4, steps=steps) == {"way": [1, 3], "version": 4}
    assert upcast({"version": 3}, "Event", newest=4, steps=steps) == {"way": [3], "version": 4}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(["a", "unknown", "seen"]), part, max_size=3),
    max_leaves=5,
)
NEW_FIELDS = st.dictionaries(st.sampled_from(["mood", "weather", "unknown", "priority"]), JSON, max_size=3)


@given(NEW_FIELDS)
def test_what_a_newer_poller_added_to_a_feeds_state_is_written_again(added: dict[str, Any]) -> None:
    raw = orjson.loads((V1 / "feed-state.json").read_bytes()) | added
    state = replace(decode(orjson.dumps(raw), FeedState), failures=3)
    assert grown(raw | {"failures": 3}, orjson.loads(encode(state)))


def test_a_state_without_unknown_fields_is_written_as_ever() -> None:
    told = orjson.loads(encode(FeedState(feed_id="x", url="y")))
    assert "unknown" not in told
    assert decode(encode(FeedState(feed_id="x", url="y")), FeedState) == FeedState(feed_id="x", url="y")
