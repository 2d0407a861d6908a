"""`dateline extract` and `dateline geoparse` as a user calls them: another process, JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

QUAKE = "A magnitude 6.1 earthquake struck near Izmir, Turkey, on Friday, killing 12 people and injuring 40, officials said."
CALM = "The museum in Izmir has a new wing. Its director is proud of the old pots, and of the coffee."
ARTICLES = [
    {"id": "calm", "text": CALM, "published": "2025-12-19"},
    {"id": "quake", "title": "Earthquake kills 12 near Izmir", "text": QUAKE, "published": "2025-12-19"},
    {"id": "again", "text": QUAKE.replace("12 people", "14 people"), "published": "2025-12-20"},
]


def dateline(*arguments: str, lines: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dateline", *arguments], input=lines, capture_output=True, text=True, timeout=120, check=False
    )


def json_lines(articles: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(article) + "\n" for article in articles)


def test_extract_prints_the_events_of_each_article_in_order() -> None:
    done = dateline("extract", "--workers", "2", lines=json_lines(ARTICLES))
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["evidence"][0]["article_id"] for event in events] == ["quake", "again"]
    quake = events[0]
    assert quake["event_type"] == "DISASTER"
    assert quake["place"]["country"] == "TR"
    assert quake["casualties"]["killed"]["low"] == 12
    for evidence in quake["evidence"]:
        article = ARTICLES[1]
        assert article[evidence["field"]][evidence["start"] : evidence["end"]] == evidence["text"]


def test_merge_makes_one_event_of_two_reports() -> None:
    done = dateline("extract", "--merge", lines=json_lines(ARTICLES))
    assert done.returncode == 0, done.stderr
    (event,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert {source["article_id"] for source in event["sources"]} == {"quake", "again"}


def test_geoparse_prints_a_line_for_each_article() -> None:
    done = dateline("geoparse", lines=json_lines(ARTICLES))
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["calm", "quake", "again"]
    izmir = lines[1]["places"][0]
    assert QUAKE[izmir["start"] : izmir["end"]] == "Izmir"
    assert izmir["country"] == "TR"
    assert izmir["geonameid"] == 311046


def test_geoparse_explains_what_it_chose() -> None:
    done = dateline("geoparse", "--explain", lines=json_lines(ARTICLES[1:2]))
    assert done.returncode == 0, done.stderr
    izmir = json.loads(done.stdout)["places"][0]
    assert izmir["geonameid"] == 311046
    assert 1 < len(izmir["candidates"]) <= 5
    assert izmir["candidates"][0].keys() == {"name", "geonameid", "country", "admin1", "lat", "lon", "share", "evidence"}
    assert all(isinstance(weight, float) for weight in izmir["candidates"][0]["evidence"].values())


PLACE_FIELDS = {"start", "end", "name", "text", "geonameid", "feature", "lat", "lon", "country", "admin1", "admin1_code", "admin2"} | {
    "level",
    "radius_km",
    "score",
    "basis",
}


HTML = "<p>Rain fell in <b>Aleppo</b>, Syria.</p><script>var Paris = 'Texas';</script>"


def test_geoparse_bears_any_text() -> None:
    lines = [
        json.dumps({"id": "null", "text": None}),
        json.dumps({"id": "long", "text": "Aid reached Aleppo on Monday. " * 170_000}),
        '{"id": "half", "text": "Rain fell in Aleppo \\ud83d today."}',
        json.dumps({"id": "html", "text": HTML}),
        json.dumps({"id": "odd", "text": "\u0000\u202eAleppo\u202c \ufeff\n" * 3}),
        json.dumps({"id": "address", "text": "Rain fell in Aleppo.", "url": "http://[half"}),
        json.dumps(["no", "object"]),
    ]
    done = dateline("geoparse", "--workers", "1", lines="".join(line + "\n" for line in lines))
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "line 3: " in done.stderr
    assert "line 7: not a JSON object" in done.stderr
    found = {line["id"]: line["places"] for line in map(json.loads, done.stdout.splitlines())}
    assert list(found) == ["null", "long", "html", "odd", "address"]
    assert found["null"] == []
    assert {place["name"] for place in found["long"]} == {"Aleppo"}
    assert all(HTML[place["start"] : place["end"]] == place["text"] for place in found["html"])  # it is read as it stands
    assert found["address"][0].keys() == PLACE_FIELDS


def test_what_cannot_be_read_is_named_and_the_rest_is_done() -> None:
    done = dateline("extract", lines="nonsense\n" + json_lines(ARTICLES[1:2]) + '{"id": "x", "text": 7}\n')
    assert done.returncode == 3
    assert len(done.stdout.splitlines()) == 1
    assert "line 1: not JSON" in done.stderr
    assert "line 3: not a valid Article: text" in done.stderr


def test_no_input_is_no_output() -> None:
    done = dateline("extract")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments", [["extract", "/nowhere/articles.jsonl"], ["geoparse", "/nowhere/articles.jsonl"]])
def test_a_file_that_is_not_there_is_one_line(arguments: list[str]) -> None:
    done = dateline(*arguments)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "/nowhere/articles.jsonl" in done.stderr


def test_a_loopback_address_is_not_fetched() -> None:
    done = dateline("extract", "http://127.0.0.1:9/story.html")
    assert done.returncode == 1
    assert "private" in done.stderr or "address" in done.stderr


def test_explain_adds_the_reasons_to_the_same_events() -> None:
    plain, explained = (dateline("extract", *options, lines=json_lines(ARTICLES[1:2])) for options in ([], ["--explain"]))
    event = json.loads(explained.stdout)
    reasons = event.pop("explain")
    assert event == json.loads(plain.stdout)
    assert any(reason.startswith("DISASTER/earthquake: ") and "headline" in reason for reason in reasons)
    assert any(reason.startswith(f"place {event['place']['name']}: tied by {event['place']['basis']}") for reason in reasons)
    assert any(reason.startswith(f"confidence {event['confidence']}: ") for reason in reasons)


def test_articles_in_other_languages_are_passed_over_and_counted() -> None:
    french = (
        "Trois hommes ont été arrêtés lundi dans le nord du pays après une attaque qui a fait douze morts, selon la police et le maire."
    )
    foreign = [{"id": "told", "text": QUAKE, "language": "tr"}, {"id": "seen", "text": french}]
    done = dateline("extract", lines=json_lines([*foreign, ARTICLES[1]]))
    assert done.returncode == 0
    assert [json.loads(line)["evidence"][0]["article_id"] for line in done.stdout.splitlines()] == ["quake"]
    assert "2 articles in other languages were passed over" in done.stderr


def test_page_furniture_tells_no_event_and_moves_no_evidence() -> None:
    text = f"<p>Photo: A gunman shot dead three men in Ankara on Monday.</p>\nRead more: Bomb kills 40 in Ankara\n<b>{QUAKE}</b>"
    (event,) = map(json.loads, dateline("extract", lines=json_lines([{"id": "x", "text": text}])).stdout.splitlines())
    assert event["event_type"] == "DISASTER"
    assert event["evidence"] == [
        {"article_id": "x", "field": "text", "start": text.index(QUAKE), "end": text.index(QUAKE) + len(QUAKE), "text": QUAKE}
    ]
