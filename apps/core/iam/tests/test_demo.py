"""The demonstration's accounts: what is printed beside each password, in the site's language."""
import pytest
from django.utils import translation

from apps.core.factory.tests.factories import SiteFactory
from apps.core.iam import demo
from apps.kernel.demo import Demonstration

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "where"), [("fr", "partout"), ("en", "everywhere"), ("es", "en todas partes")])
def test_an_account_is_printed_with_its_role_and_where_it_holds_it(language, where):
    # given
    said = []
    demonstration = Demonstration(said.append, records={"sites": {"ALC-A": SiteFactory(name="Alcyon A")}})
    # when
    with translation.override(language):
        demo.load(demonstration)
    # then
    places = [account.about.partition(" · ")[2] for account in demonstration.accounts]
    assert places == ["", "Alcyon A", where, where]
