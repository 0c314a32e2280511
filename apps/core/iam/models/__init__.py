"""Accounts, groups, roles and what is held: the facts the access door reads."""
from apps.core.iam.models.accounts import ApiToken, Group, Membership, User
from apps.core.iam.models.rights import Assignment, Grant, Role, RoleInclusion, Rule

__all__ = ["ApiToken", "Assignment", "Grant", "Group", "Membership", "Role", "RoleInclusion", "Rule", "User"]
