"""Every resource of the API keeps the contract: the number of pairs of resource and check is pinned, and none may be skipped."""
import ast

from apps.kernel.api.registry import RESOURCES
from apps.kernel.testing.contract import CHECKS
from tests.architecture.source import sources

RESOURCES_PINNED, CHECKS_PINNED = 34, 29


def contracts() -> dict[str, ast.ClassDef]:
    """Viewset → the test class that holds it to the contract."""
    found = {}
    for source in sources():
        if source.is_test:
            for node in ast.walk(source.tree):
                if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "ResourceContract" for base in node.bases):
                    viewset = next(ast.unparse(line.value) for line in node.body
                                   if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "viewset")
                    found[viewset.split(".")[-1]] = node
    return found


def test_every_resource_has_its_contract():
    registered = {viewset.__name__ for viewset in RESOURCES.values() if viewset.__module__.startswith("apps.")}
    assert set(contracts()) == registered


def test_the_number_of_pairs_is_pinned():
    assert (len(RESOURCES), len(CHECKS)) == (RESOURCES_PINNED, CHECKS_PINNED)


def test_no_contract_leaves_a_check_out():
    """A class may say how its records are made and counted; it may not replace, skip or mark a check."""
    wrong = [f"{name}: {inner.name}" for name, node in contracts().items() for inner in node.body
             if isinstance(inner, ast.FunctionDef) and inner.name in CHECKS]
    wrong += [name for name, node in contracts().items() if node.decorator_list]
    assert wrong == []
