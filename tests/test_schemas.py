"""The contract in schemas/: what the types say, and what is really written."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from merging.reports import OPTIONS, on, report

from dateline.codec import encode
from dateline.delivery.cloudevents import event_headers
from dateline.delivery.deadletters import Input, dead_letter
from dateline.merging import cluster
from dateline.poller import FeedState, SeenItem
from dateline.records import Article, Event, Publisher, Withdrawal
from dateline.schemas import RECORDS, as_text, documents, main

SCHEMAS = Path(__file__).parents[1] / "schemas"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MENTION = report("gazette", "Gunmen stormed the fish market", killed=(4, None), actors=["gunmen"], mode="firearms")


def an_event() -> Event:
    (event,) = cluster([MENTION, report("herald", "Gunmen stormed the fish market", killed=4, when=on(3))], OPTIONS)
    return event


SEEN = SeenItem(article_id="a", item_hash="b", content_hash="c", version=1, first_seen=NOW)
EXAMPLES: list[tuple[str, object]] = [
    ("article", Article(article_id="gazette", text="Gunmen stormed the fish market.", published=NOW, publisher=Publisher(name="Gazette"))),
    ("article", Article(article_id="bare", text="")),
    ("mention", MENTION),
    ("mention", report("bare", "", where=None, when=None, published=None)),
    ("withdrawal", Withdrawal(article_id="gazette", article_version=2)),
    ("event", an_event()),
    ("feed-state", FeedState(feed_id="gazette", url="https://gazette.example/feed", next_poll=NOW, seen={"item": SEEN})),
]


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = orjson.loads((SCHEMAS / f"{name}.json").read_bytes())
    return loaded


def check(document: dict[str, Any], value: Any) -> None:
    Draft202012Validator(document, format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("name", sorted(documents()))
def test_what_stands_there_is_what_the_types_say(name: str) -> None:
    assert (SCHEMAS / name).read_bytes() == as_text(documents()[name]), "run `python -m dateline.schemas`"


def test_the_check_tells_drift_and_writing_ends_it(tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert run(main, ["--check", str(tmp_path)]).exit_code == 1
    (tmp_path / "gone.json").write_text("{}")
    assert run(main, [str(tmp_path)]).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(documents())
    assert run(main, ["--check", str(tmp_path)]).exit_code == 0


@pytest.mark.parametrize("name", RECORDS)
def test_each_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"urn:dateline:schema:{name}:1"


@pytest.mark.parametrize(("name", "record"), EXAMPLES)
def test_what_we_write_is_valid(name: str, record: object) -> None:
    check(schema(name), orjson.loads(encode(record)))


@pytest.mark.parametrize(("name", "record"), EXAMPLES)
def test_no_field_may_be_missing(name: str, record: object) -> None:
    whole = orjson.loads(encode(record))
    for field in whole:
        with pytest.raises(ValidationError):
            check(schema(name), {key: value for key, value in whole.items() if key != field})


@pytest.mark.parametrize(
    "wrong",
    [{"status": "maybe"}, {"event_type": "WAR"}, {"source_count": "2"}, {"first_reported": 5}, {"place": {"name": "Alder"}}],
)
def test_what_is_wrong_is_invalid(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        check(schema("event"), {**orjson.loads(encode(an_event())), **wrong})


def test_fields_are_described_where_the_types_describe_them() -> None:
    place = schema("event")["$defs"]["Place"]
    assert place["description"].startswith("One resolved place.")
    assert place["properties"]["admin1_code"]["description"] == "ISO 3166-2"
    assert "description" not in place["properties"]["name"]


# AsyncAPI's own JSON Schema is on no Python registry: what it asks for that could break is checked here.


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["$ref"]] if "$ref" in part else [])
        for value in part.values():
            yield from references(value)
    elif isinstance(part, list):
        for value in part:
            yield from references(value)


def resolve(document: Any, reference: str) -> Any:
    for step in reference.removeprefix("#/").split("/"):
        document = document[step]
    return document


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = schema("asyncapi")
    for reference in references(document):
        if reference.startswith("#/"):
            assert resolve(document, reference)
        else:
            assert (SCHEMAS / reference).is_file()


def test_the_asyncapi_document_has_the_five_topics_and_their_operations() -> None:
    document = schema("asyncapi")
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    assert {channel["address"] for channel in document["channels"].values()} == {
        "dateline.feeds", "dateline.articles", "dateline.mentions", "dateline.events", "dateline.deadletters",
    }  # fmt: skip
    for operation in document["operations"].values():
        assert operation["action"] in ("send", "receive")
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation["messages"])
    sent = {operation["channel"]["$ref"] for operation in document["operations"].values() if operation["action"] == "send"}
    assert sent == {f"#/channels/{name}" for name in document["channels"]}


def as_texts(headers: tuple[tuple[str, bytes], ...]) -> dict[str, str]:
    return {name: value.decode() for name, value in headers}


def test_the_headers_we_write_are_the_ones_described() -> None:
    messages = schema("asyncapi")["components"]["messages"]
    source = Input(topic="t", partition=0, offset=1, key=None, value=None)
    letter = dead_letter("dead", source, ValueError("no"), stage="merge", max_bytes=10)
    for message, headers in (("Event", event_headers(an_event(), 3)), ("DeadLetter", letter.headers)):
        described, written = messages[message]["headers"], as_texts(headers)
        check(described, written)
        assert written.keys() <= described["properties"].keys()
        incomplete = copy.copy(written)
        incomplete.pop(described["required"][0])
        with pytest.raises(ValidationError):
            check(described, incomplete)
