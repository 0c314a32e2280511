"""French first, English and Spanish complete; a missing string fails here (interface.md 18)."""
import re
from collections import Counter
from io import BytesIO
from pathlib import Path

import django
import pytest
import unfold
from babel.messages.extract import extract_javascript
from babel.messages.mofile import read_mo
from django.core.management import call_command

from apps.kernel import translations

LANGUAGES = ["fr", "es"]
ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+#0]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]|\{\w*\}")


@pytest.fixture(scope="module")
def texts():
    return translations.needed()


def test_languages_are_those_the_product_speaks(settings):
    assert [code for code, _name in settings.LANGUAGES] == ["fr", "en", "es"]
    assert translations.languages() == LANGUAGES


def test_extraction_sees_python_templates_contexts_and_plurals(tmp_path):
    # given one source of each kind, with an indented template and an unmarked sentence
    code, page = tmp_path / "code.py", tmp_path / "page.html"
    code.write_text('x = [_("One"), ngettext_lazy("a box", "%(n)s boxes", 2), pgettext("verb", "Post"), print("Not this")]\n')
    page.write_text('<p>\n      {% translate "Two" %}\n  {% blocktranslate count counter=n trimmed %}\n   one row{% plural %}'
                    '{{ counter }} rows{% endblocktranslate %} Nor "this" {% translate "May" context "month" %}</p>')
    # when
    found = {(text.context, text.singular, text.plural) for path in (code, page) for text in translations.texts_of(path, path.name)}
    # then
    assert found == {("", "One", ""), ("", "a box", "%(n)s boxes"), ("verb", "Post", ""), ("", "Two", ""),
                     ("", "one row", "%(counter)s rows"), ("month", "May", "")}


def test_every_string_of_unfold_is_ours_or_djangos(texts):
    # given Unfold 0.91 with its 150 messages, none translated by itself
    theirs = translations.unfold_texts()
    assert len(theirs) == 150
    assert not list((Path(unfold.__file__).parent).glob("locale/*/LC_MESSAGES/*.mo"))
    # then each is in our catalogue or in one Django ships, in both languages
    ours = {(text.context, text.singular) for text in texts}
    for language in LANGUAGES:
        known = translations.known_to_django(language)
        missing = [text for text in theirs if (text.context, text.singular) not in ours and (text.context, text.id) not in known]
        assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_is_missing_empty_or_fuzzy(language, texts):
    catalogue = translations.load(language)
    for text in texts:
        message = catalogue.get(text.singular, text.context or None)
        assert message is not None, f"{text.places}: {text.singular!r} is not in the catalogue: run ./ops manage messages"
        assert translations.identity(message) == text.id, f"{text.singular!r}: its plural changed: run ./ops manage messages"
    assert [message.id for message in catalogue if message.id and not translations.is_complete(message)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_nothing_the_code_no_longer_says(language, texts):
    wanted = {(text.context, text.singular) for text in texts}
    held = {(message.context or "", message.id if isinstance(message.id, str) else message.id[0])
            for message in translations.load(language) if message.id}
    assert held - wanted == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language):
    for message in translations.load(language):
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        # The singular of a plural may name the number in words; every other form carries what the plural carries.
        wanted = Counter(PLACEHOLDER.findall(ids[-1]))
        for index, string in enumerate(strings):
            allowed = [wanted, Counter(PLACEHOLDER.findall(ids[0]))] if index == 0 else [wanted]
            assert Counter(PLACEHOLDER.findall(string)) in allowed, f"{ids[0]!r} -> {string!r}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_scripts_of_unfold_speak_through_djangos_catalogue(language):
    # given the strings Unfold's own scripts ask of Django's JavaScript catalogue
    asked = set()
    for path in (Path(unfold.__file__).parent / "static").rglob("*.js"):
        found = extract_javascript(BytesIO(path.read_bytes()), ["gettext", "ngettext"], [], {})
        asked |= {words if isinstance(words, str) else words[0] for _line, _function, words, _comments in found if words}
    assert "You have unsaved changes on individual editable fields. If you run an action, your unsaved changes will be lost." in asked
    compiled = Path(django.__file__).parent / f"contrib/admin/locale/{language}/LC_MESSAGES/djangojs.mo"
    with compiled.open("rb") as file:
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in read_mo(file) if message.string}
    assert {text for text in asked if isinstance(text, str)} - known == set()


def test_every_text_our_scripts_ask_for_is_on_the_page_and_none_is_idle():
    # given text("someName") in frontend/ and data-text-some-name in the page's data
    asked = {name for file in (ROOT / "frontend").glob("*.ts") for name in re.findall(r'\btext\("(\w+)"', file.read_text())}
    page = (ROOT / "templates/opsflux/page_data.html").read_text()
    given = {re.sub(r"-(\w)", lambda match: match[1].upper(), name) for name in re.findall(r"data-text-([a-z-]+)=", page)}
    assert asked == given


def test_scripts_hold_no_words_of_their_own():
    # A sentence in a script would stay English: quoted words with a space belong on the page.
    for file in (ROOT / "frontend").glob("*.ts"):
        code = re.sub(r"/\*.*?\*/|//[^\n]*", "", file.read_text(), flags=re.S)
        assert re.findall(r'"([A-Z][a-z]+ [a-z][^"]*)"', code) == [], file


def test_command_keeps_translations_and_says_nothing_to_do(tmp_path, settings):
    # given a checkout of two files with one message translated
    settings.BASE_DIR = tmp_path
    (tmp_path / "apps").mkdir()
    source = tmp_path / "apps" / "code.py"
    source.write_text('_("Kept")\n_("Dropped")\n')
    call_command("messages")
    catalogue = translations.load("fr")
    catalogue.get("Kept").string = "Gardé"
    translations.write("fr", catalogue)
    # when the code drops a message and gains a similar one
    source.write_text('_("Kept")\n_("Kept as well")\n')
    call_command("messages")
    # then the translation stays, nothing is guessed, the dropped one is gone
    catalogue = translations.load("fr")
    assert catalogue.get("Kept").string == "Gardé"
    assert catalogue.get("Kept as well").string == ""
    assert not catalogue.get("Kept as well").fuzzy
    assert catalogue.get("Dropped") is None
    # and a second run has nothing to do
    with pytest.raises(SystemExit) as stopped:
        call_command("messages")
    assert stopped.value.code == 3
