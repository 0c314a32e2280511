"""docs/features.md is what the tests say."""
from apps.kernel.features import table
from tests.architecture.source import ROOT


def test_the_table_of_features_is_current():
    """After adding or renaming tests: ./ops manage features."""
    assert (ROOT / "docs" / "features.md").read_text(encoding="utf-8") == table(ROOT)
