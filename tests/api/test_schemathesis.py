"""The API against its own OpenAPI document: generated requests never break it, and every answer is one the document describes."""
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from apps.core.iam.tests.factories import UserFactory
from apps.core.iam.tokens import issue_token
from apps.kernel.api.views import document

EXAMPLES, OPERATIONS = 3, 200
CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture
def api(transactional_db):
    """The document, asked as a superuser with a token."""
    _token, secret = issue_token(user=UserFactory(is_superuser=True), name="generated requests")
    headers = {"Authorization": f"Token {secret}", "Host": "localhost"}
    # As Django's own test client: the test's connection stays open between requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    schema = schemathesis.openapi.from_wsgi("/api/schema/", get_wsgi_application(), headers=headers)
    schema.config.update(headers=headers)
    yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_generated_requests_get_described_answers(api):
    tried = 0
    for result in api.get_all_operations():
        operation = result.ok()

        @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def ask(case):
            case.call_and_validate(checks=CHECKED)

        ask()
        tried += 1
    assert tried > OPERATIONS


def test_the_document_describes_every_resource():
    """The control: the generated requests cover something."""
    assert document("en").count(b"/api/v1/") > 100
