"""Pages of a list: exact up to a thousand rows; beyond, no count is taken and one goes from page to page."""
from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.kernel.ordering import Order
from apps.kernel.paging import COUNT_CAP, capped_count, gathered, page


class CappedPaginator(Paginator):
    """Counts to COUNT_CAP at most; `more` says that there are others. Every page comes from the pager."""

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        rows: Any = self.object_list
        return capped_count(rows)

    @property
    def count(self) -> int:
        return self._counted[0]

    @property
    def more(self) -> bool:
        return self._counted[1]

    @property
    def template_name(self) -> str | None:
        return "unfold/helpers/pagination_infinite.html" if self.more else None

    @property
    def total(self) -> str:
        """The count for people."""
        return _("more than %(count)d") % {"count": COUNT_CAP} if self.more else str(self.count)

    def validate_number(self, number: Any) -> int:
        if not self.more:
            return super().validate_number(number)
        try:
            found = int(number)
        except (TypeError, ValueError) as error:
            raise EmptyPage(_("That page number is not a number.")) from error
        if found < 1:
            raise EmptyPage(_("That page number is less than 1."))
        return found

    def page(self, number: Any) -> Page:
        number = self.validate_number(number)
        rows: Any = self.object_list
        start = (number - 1) * self.per_page
        last = not self.more and self.count - start <= self.per_page + self.orphans
        size = self.count - start if last else self.per_page
        order = Order.of(rows) if size else None
        if order is None:
            return Page(rows[start:start + size], number, self)
        if not self.more:
            return Page(gathered(rows, order, size, offset=start), number, self)
        # The keys first: what is joined to a row is read for this page's rows only, not for all that stand before it.
        keys = page(rows.values_list("pk", flat=True), order, size, offset=start)
        found = {row.pk: row for row in rows.filter(pk__in=keys).order_by()}
        return Page([found[key] for key in keys if key in found], number, self)
