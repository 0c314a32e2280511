"""What every key figure and chart has from the kernel: the registry, rounding, formats, answers kept a minute."""
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from apps.core.factory.models import Site
from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam.models import Assignment, Grant
from apps.core.iam.tests.factories import UserFactory, holding
from apps.kernel import kpis
from apps.kernel.charts import Drawing, Kind, Row, ranked, written
from apps.kernel.kpis import Chart, Figure, Kpi, Reader, declare, kpis_for

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def registry(monkeypatch):
    """An empty registry, for this test."""
    monkeypatch.setattr(kpis, "KPIS", {})
    monkeypatch.setattr(kpis, "CHARTS", {})


def kpi(key="x.count", **fields):
    return Kpi(**{"key": key, "title": "Title", "help": "Help", "needs": (Site,), "value": lambda reader: Figure(1), "url": lambda: "/",
                  **fields})


def chart(key="x.count", rows=(), series=()):
    return Chart(key, "Title", "Help", "sites", "kind", Kind.STACKED, (Site,), lambda reader: list(rows), lambda: "", series)


@pytest.mark.parametrize("second", [kpi(), chart()], ids=["kpi", "chart"])
def test_a_key_is_declared_once(registry, second):
    # given
    declare(kpi())
    # when / then
    with pytest.raises(ValueError, match=r"x\.count is declared twice"):
        declare(second)


@pytest.mark.django_db
def test_figures_stand_in_their_order_before_those_who_may_see_what_they_count(registry):
    # given
    declare(kpi("b", order=1), kpi("a", order=2), kpi("c", order=1))
    # then
    assert [one.key for one in kpis_for(holding(UserFactory(), "factory.view_site"))] == ["b", "c", "a"]
    assert kpis_for(UserFactory()) == []
    assert kpis_for(holding(UserFactory(), "factory.change_site")) == []


@pytest.mark.parametrize(("part", "of", "text"), [(126, 253, "49,80"), (99, 352, "28,13"), (4, 352, "1,14"), (1, 3, "33,33"),
                                                  (0, 5, "0,00")])
def test_a_share_is_rounded_once_half_up(part, of, text):
    """28.125 is 28.13, not 28.12."""
    share = Figure.share(part, of)
    assert share.value == Decimal(part) * 100 / of
    with translation.override("fr"):
        assert share.text == f"{text}{NBSP}%"
    with translation.override("es"):
        assert share.text == f"{text}{NBSP}%"
    with translation.override("en"):
        assert share.text == f"{text.replace(',', '.')}%"


def test_a_share_of_nothing_has_no_value():
    nothing = Figure.share(0, 0)
    assert (nothing.value, nothing.text, nothing.of) == (None, "–", 0)


@pytest.mark.parametrize(("language", "text"), [("fr", f"1{NBSP}234{NBSP}567"), ("en", "1,234,567"), ("es", f"1{NBSP}234{NBSP}567")])
def test_numbers_are_written_as_the_reader_writes_them(language, text):
    with translation.override(language):
        assert Figure(1_234_567).text == text


def test_decimals_lose_no_digit_and_gain_none():
    with translation.override("fr"):
        assert [written(value) for value in (Decimal("65.50000"), Decimal("100.00000"), None)] == ["65,5", "100", "–"]


def test_the_rest_of_a_ranking_is_one_row():
    # given
    rows = [Row.one(name, count, f"/{name}") for name, count in (("b", 2), ("a", 2), ("c", 9), ("d", 1))]
    # then the largest by name, equal ones by their name, the others added up
    assert ranked(rows, 2, "others") == [Row.one("c", 9, "/c"), Row.one("a", 2, "/a"), Row.one("others", 3)]
    assert len(ranked(rows, 4, "others")) == 4


def test_series_without_a_value_are_left_out():
    # given
    rows = [Row("Plant", (1, 0, 2), ("/1", "", "/2")), Row("Base", (3, 0, None), ("/3", "", ""))]
    # when
    drawn = chart(rows=rows, series=("one", "none", "two")).draw(Reader(None))
    # then
    assert drawn.series == ("one", "two")
    assert [row.values for row in drawn.rows] == [(1, 2), (3, None)]
    assert [row.urls for row in drawn.rows] == [("/1", "/2"), ("/3", "")]


def test_a_chart_is_a_table_and_data_for_its_picture():
    # given a name that could be markup
    drawing = Drawing("x.sites", "Sites </script>", "sites", Kind.BAR, [Row.one("<b>Nord</b>", 12_345, "/list/?a=1&b=2")], "on Monday",
                      label="kind", help="What it counts.")
    # when
    with translation.override("en"):
        page = Template("{% load charts %}{% chart drawing 3 %}").render(Context({"drawing": drawing}))
    # then
    assert '<h3 id="chart-x-sites-title">Sites &lt;/script&gt;</h3>' in page
    assert "sites · on Monday" in page
    assert '<th scope="row">&lt;b&gt;Nord&lt;/b&gt;</th>' in page
    assert 'href="/list/?a=1&amp;b=2"' in page and ">12,345</a>" in page
    assert '<script id="chart-x-sites-data" type="application/json">' in page
    assert page.count("</script>") == 1 and "<script src" not in page


def test_a_chart_without_figures_says_so():
    drawing = Drawing("x.sites", "Sites", "sites", Kind.BAR, [Row.one("a", 0), Row.one("b", None)])
    assert drawing.empty
    assert "data-of-chart" not in Template("{% load charts %}{% chart drawing %}").render(Context({"drawing": drawing}))


@pytest.mark.django_db
class TestAnswersKept:
    """A question that took long is answered from memory for a minute: to who asks the same one, and to nobody else."""

    @pytest.fixture(autouse=True)
    def everything_is_slow(self, monkeypatch):
        monkeypatch.setattr(kpis, "SLOW", -1.0)

    @staticmethod
    def count(user):
        return Reader(user).count(Site.objects.visible_to(user))

    def test_the_same_question(self):
        # given
        user = holding(UserFactory(), "factory.view_site")
        SiteFactory()
        assert self.count(user) == 1
        # when there is another site
        SiteFactory()
        # then the answer is a minute old at most, and the page says of when it is
        reader, before = Reader(user), timezone.now()
        assert reader.count(Site.objects.visible_to(user)) == 1
        assert reader.at < before
        # and another minute, another answer
        kpis._answers.clear()
        assert self.count(user) == 2

    def test_who_loses_a_right_asks_another_question(self):
        # given
        first, second = SiteFactory(), SiteFactory()
        user = holding(UserFactory(), "factory.view_site", site=first)
        holding(user, "factory.view_site", site=second)
        assert self.count(user) == 2
        # when
        Assignment.objects.filter(site=second).delete()
        # then
        assert self.count(user) == 1
        Assignment.objects.all().delete()
        assert self.count(user) == 0

    def test_who_loses_a_grant_asks_another_question(self):
        # given a record granted by itself
        site, other = SiteFactory(), SiteFactory()
        user = holding(UserFactory(), "factory.view_site", site=site)
        Grant.objects.create(permission="factory.view_site", object_id=other.pk, user=user)
        assert self.count(user) == 2
        # when
        Grant.objects.all().delete()
        # then
        assert self.count(user) == 1

    def test_what_is_counted_is_part_of_the_question(self):
        # given
        user = holding(UserFactory(), "factory.view_site")
        SiteFactory(kind="plant", phase="planned")
        SiteFactory(kind="plant", phase="removed")
        reader = Reader(user)
        rows = Site.objects.visible_to(user)
        # then
        assert reader.count(rows) == 2
        assert reader.count(rows.values("kind").distinct()) == 1
        assert reader.groups(rows, "kind") == [("plant", 2)]
        assert reader.groups(rows, "phase") == [("planned", 1), ("removed", 1)]

    def test_memory_has_an_end(self, monkeypatch):
        # given
        monkeypatch.setattr(kpis, "MOST_KEPT", 3)
        user = holding(UserFactory(), "factory.view_site")
        # when
        for number in range(10):
            Reader(user).count(Site.objects.visible_to(user).filter(pk=number))
        # then
        assert len(kpis._answers) <= 3


@pytest.mark.django_db
def test_a_quick_answer_is_not_kept(monkeypatch):
    # given
    monkeypatch.setattr(kpis, "SLOW", 60.0)
    user = holding(UserFactory(), "factory.view_site")
    reader = Reader(user)
    assert reader.count(Site.objects.visible_to(user)) == 0
    # when
    SiteFactory()
    # then
    assert reader.count(Site.objects.visible_to(user)) == 1
