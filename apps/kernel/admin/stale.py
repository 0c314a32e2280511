"""Stale writes in forms: the version that was read travels with the form; a newer one shows base, theirs and yours."""
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from apps.kernel.timeline import displayed

VERSION = "_version"


@dataclass(frozen=True)
class Difference:
    """One field of a stale form: its label, its value when it was read, in the database now, and as typed."""
    label: str
    base: str
    theirs: str
    yours: str


class VersionedForm(forms.ModelForm):
    """A form that remembers which version it shows and refuses to write over a newer one."""
    differences: tuple[Difference, ...] = ()
    stale = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields[VERSION] = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=self.instance.version)
            if self.is_bound:
                self.read_version = self.instance.version

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        read = self.cleaned_data.pop(VERSION, None)
        if self.instance.pk and read is not None and read != self.read_version:
            self.stale = True
            self.differences = tuple(self._compare(read))
            # the next attempt is against the version whose values were just shown
            sent: Any = self.data
            again = sent.copy()
            again[self.add_prefix(VERSION)] = str(self.read_version)
            self.data = again
            raise ValidationError(_("This record was changed by somebody else since you opened it. Nothing was saved and nothing "
                                    "you typed is lost: compare below, correct your values, and save again."), "stale_version")
        return cleaned

    def _compare(self, read: int) -> list[Difference]:
        """The fields in which base, theirs and yours are not all the same."""
        model: Any = type(self.instance)
        base = self.instance.versions.filter(version=read).order_by("pgh_id").last()
        theirs = model._base_manager.get(pk=self.instance.pk)
        found = []
        for name, field in self.fields.items():
            if name == VERSION or name not in {f.name for f in model._meta.concrete_fields}:
                continue
            column = model._meta.get_field(name)
            values = [displayed(column, getattr(base, column.attname)) if base else "–",
                      displayed(column, getattr(theirs, column.attname)),
                      displayed(column, _raw(self.cleaned_data.get(name)))]
            if len(set(values)) > 1:
                found.append(Difference(str(field.label or name), *values))
        return found


def _raw(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value
