"""Sites and divisions for tests."""
import factory
from factory.django import DjangoModelFactory

from apps.core.factory.choices import SiteKind
from apps.core.factory.models import Division, Site


class SiteFactory(DjangoModelFactory):
    """A plant at the top of the organisation; give `parent` for one below."""
    code = factory.Sequence(lambda n: f"S{n}")
    name = factory.Sequence(lambda n: f"Site {n}")
    kind = SiteKind.PLANT

    class Meta:
        model = Site


class DivisionFactory(DjangoModelFactory):
    """A department of a site of its own."""
    site = factory.SubFactory(SiteFactory)
    code = factory.Sequence(lambda n: f"D{n}")
    name = factory.Sequence(lambda n: f"Division {n}")

    class Meta:
        model = Division
