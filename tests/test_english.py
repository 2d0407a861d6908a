"""Which texts are taken for English."""

from __future__ import annotations

import pytest

from dateline.config_files import config_file
from dateline.english import OtherLanguageError, load_english

ENGLISH = load_english(config_file("english.toml"))
FOREIGN = {
    "fr": "Trois hommes ont été arrêtés lundi dans le nord du pays après une attaque qui a fait douze morts, selon la police. Les "
    "autorités n'ont pas encore donné le nom des victimes.",
    "es": "La policía detuvo el lunes a tres hombres en el norte del país por el ataque que dejó doce muertos. Las autoridades no dieron "
    "los nombres de las víctimas.",
    "de": "Die Polizei hat am Montag drei Männer im Norden des Landes festgenommen. Bei dem Angriff waren zwölf Menschen getötet worden, "
    "die Namen der Opfer wurden nicht genannt.",
    "ru": "Полиция задержала трёх мужчин.",
    "ar": "اعتقلت الشرطة ثلاثة رجال يوم الاثنين.",
    "ja": "警察は月曜日に三人の男を逮捕した。",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12 / 7",
        "🔥",
        "Police arrest three men",
        "EARTHQUAKE KILLS 12",
        "Al Qaeda in Kara",
        "Three men were arrested on Monday in the north of the country after an attack that killed twelve people, police said.",
    ],
)
def test_english_and_what_shows_no_language_is_read(text: str) -> None:
    ENGLISH.check(None, text)


@pytest.mark.parametrize("language", FOREIGN)
def test_another_language_is_seen_from_the_text(language: str) -> None:
    with pytest.raises(OtherLanguageError):
        ENGLISH.check(None, FOREIGN[language])


def test_the_language_told_goes_before_the_text() -> None:
    ENGLISH.check("en-GB", FOREIGN["fr"])
    with pytest.raises(OtherLanguageError, match="fr"):
        ENGLISH.check("fr", "Three men were arrested on Monday.")
