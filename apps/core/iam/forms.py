"""Forms of accounts: a password is set, never shown."""
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget

from apps.core.iam.models import User
from apps.kernel.admin.resource import ResourceForm


class AccountForm(ResourceForm):
    """An account, with its first password while it is made."""
    password = forms.CharField(label=_("password"), required=False, strip=False,
                               widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
                               help_text=_("At least 15 characters. Empty: nobody can sign in until one is set."))

    class Meta:
        model = User
        fields = ("email", "name", "phone", "kind", "language", "time_zone", "is_staff", "is_superuser")

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        if password:
            validate_password(password, self.instance)
        return password

    def save(self, commit: bool = True) -> Any:
        if not self.instance.pk:
            self.instance.set_password(self.cleaned_data["password"] or None)
        return super().save(commit)
