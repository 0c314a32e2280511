"""The list of a resource: its order is one that an index can serve."""
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ORDER_VAR
from django.core.paginator import InvalidPage
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.views import ChangeList

from apps.kernel.ordering import ties, turn


class ResourceList(ChangeList):
    """Unfold's list. Rows that tie on the chosen columns follow in their direction: turned round, a list is the same list."""

    def get_ordering_field(self, field_name: Any) -> Any:
        return self.model_admin.sorted_by.get(field_name) or super().get_ordering_field(field_name)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> Any:
        if not self.params.get(ORDER_VAR):
            return super().get_ordering(request, queryset)
        chosen = [term for term in super().get_ordering(request, queryset.order_by()) if term not in ("pk", "-pk")]
        if not chosen or not all(isinstance(term, str) for term in [*chosen, *self._get_default_ordering()]):
            return super().get_ordering(request, queryset)
        named = {term.removeprefix("-") for term in chosen}
        back, default = chosen[-1].startswith("-"), [str(term) for term in self._get_default_ordering()]
        after = ties(self.model, chosen) or [turn(term, back != default[0].startswith("-")) for term in default]
        return self._get_deterministic_ordering([*chosen, *(term for term in after if term.removeprefix("-") not in named)])

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        request.of_list = True  # type: ignore[attr-defined]  # read by get_search_results
        return super().get_queryset(request, exclude_parameters)

    def get_results(self, request: HttpRequest) -> None:
        """The page; where nothing holds what was typed, of what resembles it. One page, too, is the pager's."""
        super().get_results(request)
        if not self.result_count and self.query and self.model_admin.forgives(request, self.query):
            request.of_near = True  # type: ignore[attr-defined]  # as above: the actions on this list find these rows too
            self.queryset = self.get_queryset(request)
            super().get_results(request)
        if not self.multi_page:
            try:
                self.result_list = self.paginator.page(1).object_list
            except InvalidPage as error:
                raise IncorrectLookupParameters from error
