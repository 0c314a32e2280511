"""Key figures and charts by REST: what the home page shows to the caller, computed the same way."""
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.dashboards.selectors import Card, cards, drawings
from apps.kernel.api import query, shapes
from apps.kernel.api.permissions import SignedIn
from apps.kernel.api.registry import command
from apps.kernel.api.shapes import Problem, Schema
from apps.kernel.api.viewsets import ApiView
from apps.kernel.charts import Drawing, Kind, Number
from apps.kernel.kpis import Reader

NUMBER: Schema = {"type": ["string", "null"], "description": "A decimal; per cent with two places."}
MAYBE: Schema = {"type": ["integer", "null"]}
KPI = shapes.record({"key": shapes.TEXT, "title": shapes.TEXT, "help": shapes.TEXT, "value": NUMBER, "unit": shapes.TEXT, "part": MAYBE,
                     "of": MAYBE, "previous": NUMBER, "url": shapes.TEXT})
CHART = shapes.record({"key": shapes.TEXT, "title": shapes.TEXT, "help": shapes.TEXT, "unit": shapes.TEXT, "period": shapes.TEXT,
                       "kind": {"type": "string", "enum": [kind.value for kind in Kind]}, "series": shapes.listed(shapes.TEXT),
                       "rows": shapes.listed(shapes.record({"label": shapes.TEXT, "values": shapes.listed(NUMBER),
                                                            "urls": shapes.listed(shapes.TEXT)}))})


def _answer(one: Schema) -> dict[Any, Any]:
    refusals = {(status, "application/problem+json"): Problem for status in (400, 401, 429)}
    return {200: shapes.record({"at": shapes.MOMENT, "results": shapes.listed(one)}), **refusals}


def _number(value: Number) -> str | None:
    return None if value is None else format(value, "f") if not isinstance(value, int) else str(value)


class FiguresView(ApiView):
    """What is counted for the caller; `at` is the moment of the oldest count."""
    permission_classes = [SignedIn]

    def results(self, reader: Reader) -> list[dict[str, Any]]:
        raise NotImplementedError

    def answered(self, request: Request) -> Response:
        query.only(request._request.GET, ())
        reader = Reader(request.user)
        results = self.results(reader)
        return Response({"at": reader.at, "results": results})


class KpisView(FiguresView):
    """Key figures of what the caller may see, each with the list behind it."""

    @extend_schema(operation_id="dashboards_kpis", tags=["dashboards"], responses=_answer(KPI))
    def get(self, request: Request) -> Response:
        return self.answered(request)

    def results(self, reader: Reader) -> list[dict[str, Any]]:
        return [self._shown(card) for card in cards(reader)]

    @staticmethod
    def _shown(card: Card) -> dict[str, Any]:
        figure = card.figure
        return {"key": card.kpi.key, "title": str(card.kpi.title), "help": str(card.kpi.help), "value": _number(figure.rounded),
                "unit": figure.unit, "part": figure.part, "of": figure.of, "previous": _number(figure.previous), "url": card.url}


class ChartsView(FiguresView):
    """Charts of what the caller may see, as rows of figures."""

    @extend_schema(operation_id="dashboards_charts", tags=["dashboards"], responses=_answer(CHART))
    def get(self, request: Request) -> Response:
        return self.answered(request)

    def results(self, reader: Reader) -> list[dict[str, Any]]:
        return [self._shown(drawing) for drawing in drawings(reader)]

    @staticmethod
    def _shown(drawing: Drawing) -> dict[str, Any]:
        rows = [{"label": row.label, "values": [_number(value) for value in row.values], "urls": list(row.urls)} for row in drawing.rows]
        return {"key": drawing.key, "title": drawing.title, "help": drawing.help, "unit": drawing.unit, "period": drawing.period,
                "kind": drawing.kind.value, "series": list(drawing.heads), "rows": rows}


command("dashboards/kpis/", KpisView, "dashboards_kpis")
command("dashboards/charts/", ChartsView, "dashboards_charts")
