"""Kinds of work that exist in tests only. What they leave behind is a site, so that a test counts what was kept."""
import os
import signal
import tempfile
import time
from pathlib import Path

from django.db import OperationalError, connection
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.factory.models import Site
from apps.core.jobs.registry import Run, job
from apps.kernel.context import acting
from apps.kernel.errors import Conflict, Invalid, Refusal


def leave(run: Run) -> None:
    """The effect to be counted."""
    Site(name=run.payload.get("name", "Left"), kind="field").save()


@job("proof.plain", title="Plain proof")
def plain(run: Run) -> dict:
    """Says who, where and how it works."""
    leave(run)
    run.progress(1, 2, "half")
    run.progress(2, 2, "done")
    return {"author": run.author.pk, "language": get_language(), "zone": timezone.get_current_timezone_name(),
            "actor": acting().actor_id, "reason": acting().reason, "given": run.payload}


@job("proof.refused", title="Refused proof")
def refused(run: Run) -> dict:
    """Refuses in the author's language, with a report."""
    leave(run)
    raise Invalid("bad_lines", _("Correct the fields that are marked."), reasons=[Refusal("bad", "line 3", "3")], data={"lines": 7})


@job("proof.broken", title="Broken proof", on_death="again")
def broken(run: Run) -> dict:
    """A mistake of ours; what the exception says is nobody's business."""
    leave(run)
    raise ZeroDivisionError("secret of the house")


@job("proof.away", title="Proof without its service", on_death="again")
def away(run: Run) -> dict:
    """What it needs does not answer."""
    leave(run)
    raise OperationalError("connection refused")


@job("proof.away_once", title="Proof without its service, once", on_death="say")
def away_once(run: Run) -> dict:
    """The same, but it is not to be repeated by itself."""
    raise OperationalError("connection refused")


@job("proof.filed", title="Proof with a file")
def filed(run: Run) -> dict:
    """Offers a file; refuses afterwards when told to."""
    handle, path = tempfile.mkstemp()
    os.write(handle, b"a,b\n1,2\n")
    os.close(handle)
    run.keep_file(run.payload.get("file", "rejected lines.csv"), Path(path))
    if run.payload.get("refuse"):
        raise Conflict("refused", "No.")
    return {"lines": 1}


@job("proof.steps", title="Proof in steps")
def steps(run: Run) -> dict:
    """Takes `steps` steps of `pause` seconds; the effect stands at the first."""
    leave(run)
    total = run.payload["steps"]
    for step in range(total):
        run.progress(step, total, f"step {step}")
        time.sleep(run.payload.get("pause", 0.05))
    return {"steps": total}


@job("proof.open", title="Proof that keeps each step", atomic=False)
def opened(run: Run) -> dict:
    """Keeps what it has done when it fails."""
    leave(run)
    raise ZeroDivisionError


def _mortal(run: Run) -> dict:
    leave(run)
    run.progress(1, 2)
    flag = Path(run.payload["flag"])
    if not flag.exists():
        flag.write_text("died")
        os.kill(os.getpid(), signal.SIGKILL)
    return {"pid": os.getpid()}


job("proof.mortal", title="Proof that dies once", on_death="again")(_mortal)
job("proof.mortal_say", title="Proof that dies and says so")(_mortal)


@job("proof.race", title="Proof of a race", on_death="again", atomic=False)
def race(run: Run) -> dict:
    """Counts its own effects, slowly enough for another to come between."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO job_proof_trace (job, pid) SELECT %s, %s FROM pg_sleep(0.05)", [run.job.pk, os.getpid()])
    return {}
