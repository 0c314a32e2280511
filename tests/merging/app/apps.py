from django.apps import AppConfig


class MergingProofConfig(AppConfig):
    """Orders, circles, notes … that exist in tests only: every way a module may point at companies and persons."""
    name = "tests.merging.app"
    label = "mergingproof"
    verbose_name = "Merging proof"
    default_auto_field = "django.db.models.BigAutoField"
