"""Use cases of the register. Other modules call what is named here."""
from apps.tiers.services.candidates import Seen, dismiss, dismiss_many, merge_pair, preview_pair, record_candidates, reopen
from apps.tiers.services.companies import activate, archive, block, check_selectable, restore, selectable, unblock
from apps.tiers.services.duplicates import Likeness, Similar, refuse_taken, similar_companies, similar_persons
from apps.tiers.services.finding import Searched, find_duplicates, start_search
from apps.tiers.services.merging import MergePreview, merge, preview_merge, undo
from apps.tiers.services.persons import authorise_account
from apps.tiers.services.portraits import portrait_of, remove_portrait, set_portrait
from apps.tiers.services.references import SOFT_REFERENCES, Rewrite, soft_reference

__all__ = ["SOFT_REFERENCES", "Likeness", "MergePreview", "Rewrite", "Searched", "Seen", "Similar", "activate", "archive",
           "authorise_account", "block", "check_selectable", "dismiss", "dismiss_many", "find_duplicates", "merge", "merge_pair",
           "portrait_of", "preview_merge", "preview_pair", "record_candidates", "refuse_taken", "remove_portrait", "reopen", "restore",
           "selectable", "set_portrait", "similar_companies", "similar_persons", "soft_reference", "start_search", "unblock", "undo"]
