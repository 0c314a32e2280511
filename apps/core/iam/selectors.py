"""What other apps may ask about accounts."""
from apps.core.iam.system import system_user

__all__ = ["system_user"]
