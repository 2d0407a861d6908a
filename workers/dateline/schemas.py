"""The contract for programs in any language: JSON Schema of every record and the AsyncAPI document, made from the Python types.

python -m dateline.schemas            # write them into schemas/
python -m dateline.schemas --check    # exit code 1 if what stands there is not what the types say
"""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import orjson
from pydantic import TypeAdapter

from dateline.app.polling.feed_topic import EPOCH
from dateline.codec import UNKNOWN
from dateline.config_files import SHIPPED
from dateline.delivery.cloudevents import REVISION
from dateline.delivery.deadletters import PREFIX
from dateline.poller import Feed, FeedState
from dateline.records import VERSION, Article, Event, Mention, Withdrawal

RECORDS: dict[str, type] = {
    "feed": Feed,
    "feed-state": FeedState,
    "article": Article,
    "mention": Mention,
    "withdrawal": Withdrawal,
    "event": Event,
}

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_FIELD = re.compile(r"^    (\w+): [^#\n]*#\s*(.+?)\s*$", re.MULTILINE)  # a field of a dataclass with a comment behind it


def documents() -> dict[str, Any]:
    """Every document by its file name."""
    schemas = {f"{name}.json": record_schema(name, record) for name, record in RECORDS.items()}
    return schemas | {"asyncapi.json": asyncapi()}


def record_schema(name: str, record: type) -> dict[str, Any]:
    """The JSON Schema of one record, with the docstrings and the comments beside the fields as descriptions."""
    schema = TypeAdapter(record).json_schema(mode="serialization")
    for part in _dataclasses(record):
        place = schema if part is record else schema["$defs"][part.__name__]
        if part.__doc__ and not part.__doc__.startswith(f"{part.__name__}("):  # what `dataclass` writes where there is no docstring
            place["description"] = inspect.cleandoc(part.__doc__)
        for field, comment in _FIELD.findall(inspect.getsource(part)):
            place["properties"][field]["description"] = comment
    schema["properties"].pop(UNKNOWN, None)  # no field of the record as written: what it keeps stands beside the others
    _as_written(schema)
    return {"$schema": _DRAFT, "$id": f"urn:dateline:schema:{name}:{VERSION}", **schema}


def _dataclasses(record: Any) -> Iterator[type]:
    """The dataclass and all that its fields are made of, each once or oftener."""
    if isinstance(record, type) and is_dataclass(record):
        yield record
        hints = get_type_hints(record)
        for field in fields(record):
            yield from _dataclasses(hints[field.name])
    else:
        for argument in get_args(record):
            yield from _dataclasses(argument)


def _as_written(schema: Any) -> None:
    """Describe records as we write them: every field is there, if only as null, so a default says nothing; nor do titles made of names."""
    if isinstance(schema, dict):
        if named := schema.get("properties"):
            schema["required"] = list(named)
            for field in named.values():
                field.pop("default", None)
                field.pop("title", None)
        for part in schema.values():
            _as_written(part)
    elif isinstance(schema, list):
        for part in schema:
            _as_written(part)


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: which records travel on which topic, under which key and headers, and who sends and receives them."""
    settings = tomllib.loads((SHIPPED / "dateline.toml").read_text(encoding="utf-8"))
    operations = {
        f"{action}{name.capitalize()}": _operation(action, name, messages)
        for name, _, _, read_by_us, messages in _CHANNELS
        for action in (("send", "receive") if read_by_us else ("send",))
    }
    return {
        "asyncapi": "3.0.0",
        "id": "urn:dateline",
        "info": {
            "title": "Dateline",
            "version": f"{VERSION}.0.0",
            "description": "The world's news feeds as a stream of events: who did what to whom, where, when, with what toll, on whose "
            "word. Subscribe to the channel `events`. Operations are told from Dateline's side: what it sends you can receive. Topic "
            "names and the server are the defaults of its settings.",
        },
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": settings["kafka"]["bootstrap"], "protocol": "kafka", "description": "The Kafka cluster."}},
        "channels": {
            name: _channel(settings["topics"][name], description, cleanup, messages)
            for name, description, cleanup, _, messages in _CHANNELS
        },
        "operations": operations,
        "components": {"messages": _messages()},
    }


_CHANNELS: tuple[tuple[str, str, str, bool, tuple[str, ...]], ...] = (
    ("feeds", "The list of feeds, and the state of each: two records a feed, under keys of their own, on the partition that the feed id "
     "hashes to. The last record of a key holds, except that a state never replaces one of a higher `dateline-epoch`.", "compact", True,
     ("Feed", "FeedState")),
    ("articles", "Every version of every article: what is replayed.", "delete", True, ("Article",)),
    ("mentions", "What one article says of one event; or that an older version of an article no longer holds.", "delete", True,
     ("Mention", "Withdrawal")),
    ("events", "The current state of each event. The last record of a key is the truth; one whose `state` is not `active` is no event any "
     "more.", "compact", False, ("Event",)),
    ("deadletters", "Input that could not be read, as it came, with headers that say why. A record without value removes its key's.",
     "compact", True, ("DeadLetter",)),
)  # fmt: skip
"""Name, description, cleanup policy, whether Dateline itself reads it, and the messages of each channel."""


def _channel(address: str, description: str, cleanup: str, messages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "servers": [{"$ref": "#/servers/kafka"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"kafka": {"topicConfiguration": {"cleanup.policy": [cleanup]}, "bindingVersion": "0.5.0"}},
    }


def _operation(action: str, channel: str, messages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{message}"} for message in messages],
    }


def _messages() -> dict[str, Any]:
    return {
        "Feed": _message("A feed on the list; without a value: no longer", "feed: and the feed id", "feed"),
        "FeedState": {**_message("The state of one feed", "the feed id", "feed-state"), "headers": _state_headers()},
        "Article": _message("One version of one article", "the article id", "article"),
        "Mention": _message("What one article says of one event", "the merge block", "mention"),
        "Withdrawal": _message("Mentions of an older version of an article no longer hold", "the merge block", "withdrawal"),
        "Event": {**_message("The current state of one event", "the event id", "event"), "headers": _event_headers()},
        "DeadLetter": {
            **_message("Input that could not be read", "topic:partition:offset of the input", None),
            "description": "The value is the input's, byte for byte; its own headers are kept beside these.",
            "contentType": "application/octet-stream",
            "headers": _letter_headers(),
        },
    }


def _message(title: str, key: str, schema: str | None) -> dict[str, Any]:
    """Payloads are in JSON Schema 2020-12, the documents beside this one."""
    message: dict[str, Any] = {
        "title": title,
        "contentType": "application/json",
        "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": "0.5.0"}},
    }
    if schema:
        message["payload"] = {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": {"$ref": f"./{schema}.json"}}
    return message


def _headers(told: dict[str, str], constant: dict[str, str], optional: dict[str, str]) -> dict[str, Any]:
    """Header values are UTF-8 text."""
    texts = {name: {"type": "string", "description": description} for name, description in (told | optional).items()}
    return {
        "type": "object",
        "properties": texts | {name: {"type": "string", "const": value} for name, value in constant.items()},
        "required": [*told, *constant],
    }


def _event_headers() -> dict[str, Any]:
    """CloudEvents 1.0, Kafka binding, binary mode."""
    told = {
        "ce_id": "Event id and revision: the same for a record that is delivered twice.",
        "ce_source": "Who published it.",
        "ce_type": "dateline.event.active, .merged or .retracted",
        "ce_time": "When it was published, RFC 3339.",
        REVISION: "How many states of this event were published, this one included, in decimal digits.",
    }
    return _headers(told, {"ce_specversion": "1.0", "content-type": "application/json"}, {})


def _state_headers() -> dict[str, Any]:
    return _headers({EPOCH: "Which ownership of its partition wrote it, in decimal digits; a new owner begins a higher one."}, {}, {})


def _letter_headers() -> dict[str, Any]:
    told = {
        "class": "The name of the error.",
        "message": "What it says.",
        "stage": "Where it happened.",
        "topic": "Where the input came from.",
        "partition": "Its partition there.",
        "offset": "Its offset there.",
        "attempts": "How often it was tried.",
        "time": "When it was given up, RFC 3339.",
    }
    optional = {
        "cut": "How long the value was before it was cut.",
        "null": "What the input did not have.",
        "key": "The key of the input; not there if it had none.",
    }
    named = {PREFIX + name: text for name, text in told.items()}
    return _headers(named, {}, {PREFIX + name: text for name, text in optional.items()})


def as_text(document: Any) -> bytes:
    """The form in which documents are kept: two spaces, one line feed at the end."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="schemas")
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 if a document is not what the types say.")
def main(folder: Path, check: bool) -> None:
    """Write the JSON Schemas and the AsyncAPI document into FOLDER (schemas/)."""
    made = {folder / name: as_text(document) for name, document in documents().items()}
    stray = [path for path in sorted(folder.glob("*.json")) if path not in made]
    if check:
        drifted = stray + [path for path, text in made.items() if not path.is_file() or path.read_bytes() != text]
        for path in drifted:
            click.echo(f"{path} is not what the types say: run `python -m dateline.schemas`", err=True)
        sys.exit(1 if drifted else 0)
    folder.mkdir(parents=True, exist_ok=True)
    for path in stray:
        path.unlink()
    for path, text in made.items():
        path.write_bytes(text)


if __name__ == "__main__":
    main()
