"""How many requests a minute one account may make of one web process: a script gone wild is told to wait (429)."""
from threading import Lock
from time import monotonic
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

MINUTE = 60.0


class AccountRate(BaseThrottle):
    """A fixed window of a minute, counted in the process: it costs nothing, and asks nobody who could be down."""
    _lock = Lock()
    _began = 0.0
    _asked: dict[int, int] = {}

    def allow_request(self, request: Request, view: Any) -> bool:
        if request.user.pk is None:
            return True     # nobody gets past the permission
        cls, now = type(self), monotonic()
        with cls._lock:
            if now - cls._began >= MINUTE:
                cls._began, cls._asked = now, {}
            cls._asked[request.user.pk] = asked = cls._asked.get(request.user.pk, 0) + 1
        self._left = MINUTE - (now - cls._began)
        return asked <= settings.API_RATE

    def wait(self) -> float:
        """Seconds until the next window."""
        return self._left
