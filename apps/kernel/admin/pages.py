"""Pages of a list: exact up to a thousand rows; beyond, no count is taken and one goes from page to page."""
from typing import Any

from django.core.paginator import EmptyPage, Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.kernel.paging import COUNT_CAP, capped_count


class CappedPaginator(Paginator):
    """Counts to COUNT_CAP at most; `more` says that there are others."""

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
        if not self.more:
            return super().page(number)
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        return Page(self.object_list[start:start + self.per_page], number, self)
