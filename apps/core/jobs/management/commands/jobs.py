"""./ops manage jobs list | show | cancel | retry | sweep. Exit codes: 0 done, 1 failed, 2 usage, 3 nothing to do, 4 refused."""
import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404

from apps.core.iam.selectors import system_user
from apps.core.jobs import services
from apps.core.jobs.choices import JobState
from apps.core.jobs.models import Job
from apps.core.jobs.selectors import overview, told
from apps.kernel.context import act
from apps.kernel.errors import BusinessError

FAILED, NOTHING, REFUSED = 1, 3, 4
SAID = {NOTHING: "Nothing to do.", FAILED: "The job did not succeed; see its error above."}


class Command(BaseCommand):
    help = "List the jobs, show, stop or repeat one, or look now for what dead workers left."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list | show | cancel | retry | sweep")
        shared: dict[str, Any] = {"action": "store_true", "help": "one JSON document on the standard output"}
        listed = verbs.add_parser("list", help="the newest jobs and counts by state; 3 when there is none")
        listed.add_argument("--state", choices=JobState.values, help="only those in this state")
        listed.add_argument("--kind", help="only those of this kind (app.name)")
        listed.add_argument("--limit", type=int, default=50, help="how many (50)")
        for verb, does in (("show", "everything about a job; 1 when it failed or was given up"), ("cancel", "stop a job"),
                           ("retry", "run a job that failed or was stopped again, as a new one")):
            one = verbs.add_parser(verb, help=does)
            one.add_argument("number", type=int, help="the job's number")
            one.add_argument("--json", **shared)
            if verb != "show":
                one.add_argument("--as", dest="actor", help="the e-mail of the account that does it (the system's own)")
        listed.add_argument("--json", **shared)
        verbs.add_parser("sweep", help="take back what dead workers held, wake for what is due").add_argument("--json", **shared)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            answer, code = getattr(self, f"_{options['verb']}")(options)
        except (BusinessError, PermissionDenied) as error:
            raise CommandError(str(error), returncode=REFUSED) from error
        except Http404 as error:
            raise CommandError("There is no such job, or it is not shown to this account.", returncode=FAILED) from error
        if options["json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
        else:
            self._tell(answer)
        if code:
            raise CommandError(SAID[code], returncode=code)

    def _tell(self, answer: dict[str, Any]) -> None:
        for name, value in answer.items():
            if name == "jobs":
                for job in value:
                    percent = "" if job["percent"] is None else f"{job['percent']} %"
                    self.stdout.write(f"{job['id']:>8}  {job['state']:<9}  {percent:>5}  {job['kind']:<24}  {job['title']}")
            elif value not in (None, "", [], {}):
                self.stdout.write(f"{name.replace('_', ' ')}: {value}")

    def _list(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        rows = Job.objects.select_related("author", "progress").order_by("-pk")
        for name in ("state", "kind"):
            if options[name]:
                rows = rows.filter(**{name: options[name]})
        found = [told(job) for job in rows[:max(0, options["limit"])]]
        return {**overview(), "jobs": found}, 0 if found else NOTHING

    def _show(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        job = self._job(options)
        return told(job), FAILED if job.state in (JobState.FAILED, JobState.DEAD) else 0

    def _cancel(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        return self._done(services.cancel, options)

    def _retry(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        return self._done(services.retry, options)

    def _done(self, service: Any, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        actor = self._actor(options)
        with act(actor, reason="jobs command"):
            return told(service(self._job(options), actor=actor)), 0

    def _sweep(self, options: dict[str, Any]) -> tuple[dict[str, Any], int]:
        found = services.sweep()
        return {"taken_back": found["reaped"], "woken_for": found["due"]}, 0 if any(found.values()) else NOTHING

    @staticmethod
    def _job(options: dict[str, Any]) -> Job:
        job = Job.objects.select_related("author", "progress").filter(pk=options["number"]).first()
        if job is None:
            raise Http404
        return job

    @staticmethod
    def _actor(options: dict[str, Any]) -> Any:
        if not options["actor"]:
            return system_user()
        users: Any = get_user_model().objects
        actor = users.filter(email__iexact=options["actor"]).first()
        if actor is None:
            raise CommandError(f"There is no account {options['actor']}.", returncode=REFUSED)
        return actor
