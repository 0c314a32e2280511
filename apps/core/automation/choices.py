"""Where an event stands on its way to its receivers."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class EventState(models.TextChoices):
    """AUT-05: open until every receiver has it; dead when it is given up, until somebody replays it."""
    OPEN = "open", _("open")
    DONE = "done", _("delivered")
    DEAD = "dead", _("dead letter")
