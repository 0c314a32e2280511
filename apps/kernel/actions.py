"""Actions: the one declaration of a transition. It yields the admin's button, the bulk action, POST …/{pk}/<action>/, the
history entry and the event, and it alone writes `status`.

    @action("tiers.company", source=["active"], target="blocked", permission="block", label=_("Block"), form=ReasonForm,
            guard=open_orders, event=CompanyBlocked)
    def block(*, company, actor, reason): ...       # what else changes; most actions have an empty body
"""
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import pghistory
from django import forms
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.access import can, pick_all
from apps.kernel.access import permission as right_name
from apps.kernel.context import act
from apps.kernel.errors import Invalid, Refusal, Refused, Stale
from apps.kernel.events import Event, publish

Guard = Callable[[Any, Any], Iterable[Refusal]]


class NoInput(forms.Form):
    """The form of an action that asks nothing."""


class ReasonForm(forms.Form):
    """The form of an action that must be explained, in at least ten characters."""
    reason = forms.CharField(label=gettext_lazy("Reason"), min_length=10, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


@dataclass(frozen=True)
class Action:
    """A transition of one model. Call it with keyword arguments, or `run` it with a key and raw input."""
    do_not_call_in_templates: ClassVar[bool] = True     # a template names it, and would call it otherwise

    name: str
    model_label: str
    source: tuple[str, ...]
    target: str
    right: str
    label: Any
    form: type[forms.Form]
    guard: Guard | None
    event: type[Event] | None
    destructive: bool
    function: Callable[..., None]

    @property
    def model(self) -> type[Model]:
        """The model whose status it changes."""
        return apps.get_model(self.model_label)

    @property
    def subject(self) -> str:
        """The name under which the function takes the record."""
        return next(iter(inspect.signature(self.function).parameters))

    def __call__(self, *, actor: Any, **values: Any) -> Any:
        """Do it as a service call: `block(company=company, actor=user, reason="…")`."""
        return self.run(actor, values.pop(self.subject).pk, values)

    def run(self, actor: Any, pk: Any, data: Mapping[str, Any], version: int | None = None) -> Any:
        """Lock the record, check right, version, input, state and guard, change it, publish: one transaction.

        Raises Http404 (hidden or missing), PermissionDenied, Stale, Invalid (input) or Refused (every reason at once)."""
        with transaction.atomic():
            visible = self.model._default_manager.visible_to(actor)     # type: ignore[attr-defined]  # every manager is the door's
            record = visible.select_for_update(of=("self",)).filter(pk=pk).first()
            if record is None:
                raise Http404(_("There is no such record, or it is not shown to you."))
            return self._apply(actor, record, self._clean(data), version)

    def run_many(self, actor: Any, pks: Iterable[Any], data: Mapping[str, Any]) -> list[Any]:
        """The same on several records, locked in key order: all or nothing."""
        with transaction.atomic():
            cleaned = self._clean(data)
            return [self._apply(actor, record, cleaned, None) for record in pick_all(actor, self.right, self.model, pks)]

    def refusals(self, actor: Any, record: Any) -> list[Refusal]:
        """Every reason why `actor` cannot do it to the record now, apart from the input; none means the button is live."""
        if not can(actor, self.right, record):
            return [Refusal("no_right", _("You need the right %(right)s; an administrator can give it.") % {
                "right": right_name(self.model, self.right)})]
        return self._obstacles(actor, record)

    def _obstacles(self, actor: Any, record: Any) -> list[Refusal]:
        if record.status not in self.source:
            return [Refusal("invalid_state", _("“%(action)s” is not possible while the record is %(status)s.") % {
                "action": self.label, "status": record.get_status_display()})]
        return list(self.guard(record, actor)) if self.guard else []

    def _clean(self, data: Mapping[str, Any]) -> dict[str, Any]:
        form = self.form(data=dict(data))
        unknown = sorted(set(data) - set(form.fields))
        if unknown:
            raise Invalid("unknown_field", _("This action does not take: %(names)s.") % {"names": ", ".join(unknown)})
        if not form.is_valid():
            reasons = [Refusal(str(error.code or "invalid"), " ".join(error.messages), name)
                       for name, errors in form.errors.as_data().items() for error in errors]
            raise Invalid("invalid", _("Correct the fields that are marked."), reasons=reasons)
        return dict(form.cleaned_data)

    def _apply(self, actor: Any, record: Any, cleaned: dict[str, Any], version: int | None) -> Any:
        if not can(actor, self.right, record):
            raise PermissionDenied(_("You need the right %(right)s on this record; an administrator can give it.") % {
                "right": right_name(self.model, self.right)})
        if version is not None and version != record.version:
            raise Stale(record, version)
        reasons = self._obstacles(actor, record)
        if reasons:
            raise Refused(reasons)
        with act(actor, reason=str(cleaned.get("reason", ""))), pghistory.context(action=f"{self.model_label}.{self.name}"):
            self.function(**{self.subject: record}, actor=actor, **cleaned)
            record.status = self.target
            record.save()
            if self.event:
                publish(self._event(record, actor, cleaned))
        return record

    def _event(self, record: Any, actor: Any, cleaned: dict[str, Any]) -> Event:
        """The event's fields by name: from the input, or from the record."""
        event = self.event
        assert event is not None    # asked only of actions that have one
        known = {"actor_id": actor.pk, **cleaned}
        return event(**{field.name: known[field.name] if field.name in known else getattr(record, field.name) for field in fields(event)})


ACTIONS: dict[str, dict[str, Action]] = {}


def action(model: str, *, source: Iterable[str], target: str, permission: str, label: Any, form: type[forms.Form] = NoInput,
           guard: Guard | None = None, event: type[Event] | None = None, destructive: bool = False) -> Callable[..., Action]:
    """Declare a transition of `model` (app.model) on a keyword-only service function."""
    def declare(function: Callable[..., None]) -> Action:
        made = Action(name=function.__name__, model_label=model.lower(), source=tuple(source), target=target, right=permission,
                      label=label, form=form, guard=guard, event=event, destructive=destructive, function=function)
        known = ACTIONS.setdefault(made.model_label, {})
        if made.name in known:
            raise ValueError(f"action {model}.{made.name} is declared twice")
        known[made.name] = made
        return made
    return declare


def actions_of(model: type[Model]) -> dict[str, Action]:
    """The actions declared for a model, in the order of declaration."""
    return ACTIONS.get(model._meta.label_lower, {})
