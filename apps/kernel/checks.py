"""System checks of the house's rules that need the loaded models."""
from django.apps import apps
from django.core.checks import Error, register

from apps.kernel.bases import Tracked


def _columns(model, access):
    names = {"pk", "id", *(field.name for field in model._meta.concrete_fields)}
    return [name for name in (*access.named(), *access.parents) if name not in names]


@register()
def access_names_real_columns(app_configs, **kwargs):
    """A model's Access may name its own columns only, and a line's parent must be a foreign key."""
    errors = []
    for model in apps.get_models():
        if not issubclass(model, Tracked):
            continue
        errors += [Error(f"{model._meta.label}.access names '{name}', which is no column of it.", obj=model, id="kernel.E001",
                         hint="Name the model's own columns in Access(...).") for name in _columns(model, model.access)]
    return errors
