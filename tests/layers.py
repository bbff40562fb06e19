"""Reads which module imports which, and says where that goes against the layers of the project.

webhooks (HTTP) -> middleware.services -> middleware.decision (pure), middleware.store, middleware.gateways;
middleware.bootstrap alone puts them together.
"""

import ast
import sys
from collections.abc import Callable, Iterator

SIZE_LIMIT = 250
VAGUE_NAMES = frozenset({"util", "utils", "helper", "helpers", "manager", "managers", "data", "info"})

# What an edge may see of the domain: what it calls, and the words it speaks with it.
_EDGE_SEES = tuple(
    f"middleware.{name}"
    for name in ("services", "decision", "explanations", "errors", "settings", "bootstrap", "phone_numbers", "logs")
)
# Who turns facts and figures into text and back: those who keep them and those who read what was kept.
_WRITES_DECISIONS = tuple(f"middleware.{name}" for name in ("encoding", "services", "store", "policies", "bootstrap"))


def violations(module_name: str, source: str) -> list[str]:
    """Every way in which a module of ours, given by its full name and its text, goes against the layers."""
    tree = ast.parse(source)
    imported = sorted(set(_imports(tree)))
    against = [
        f"{module_name} imports {name}: {reason}"
        for applies, permits, reason in RULES
        if applies(module_name)
        for name in imported
        if not permits(name)
    ]
    return against + _vague(module_name, tree) + _relative(module_name, tree) + _too_long(module_name, source)


def _imports(tree: ast.Module) -> Iterator[str]:
    """Full names of what is imported, wherever in the module: `from a import b` counts as `a.b`."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield from (f"{module}.{alias.name}" for alias in names)
            case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]) if ast.unparse(called) in {
                "import_module",
                "importlib.import_module",
                "__import__",
            }:
                yield name


def _vague(module_name: str, tree: ast.Module) -> list[str]:
    functions = (node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    vague = VAGUE_NAMES.intersection([*module_name.split("."), *functions])
    return [f"{module_name}: the name {name} says nothing; name what it does" for name in sorted(vague)]


def _relative(module_name: str, tree: ast.Module) -> list[str]:
    relative = any(isinstance(node, ast.ImportFrom) and node.level for node in ast.walk(tree))
    return [f"{module_name}: import by full names, so that the direction shows"] if relative else []


def _too_long(module_name: str, source: str) -> list[str]:
    # A migration is written once and never read again as a whole: its length is the schema's.
    if module_name.startswith("middleware.store.migrations.versions."):
        return []
    lines = len(source.splitlines())
    return [f"{module_name} has {lines} lines, {SIZE_LIMIT} at most: split it"] if lines > SIZE_LIMIT else []


def _within(*packages: str) -> Callable[[str], bool]:
    """Whether a name is one of these packages or lies in one."""
    return lambda name: any(name == package or name.startswith(f"{package}.") for package in packages)


def _outside(*packages: str) -> Callable[[str], bool]:
    within = _within(*packages)
    return lambda name: not within(name)


def _either(*tests: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda name: any(test(name) for test in tests)


def _but(applies: Callable[[str], bool], *exempt: str) -> Callable[[str], bool]:
    outside = _outside(*exempt)
    return lambda name: applies(name) and outside(name)


def _of_ours_only(*packages: str) -> Callable[[str], bool]:
    """Foreign packages are no matter here; of ours, only these."""
    return _either(_within(*packages), _outside("middleware", "webhooks", "scripts"))


# (which modules, what they may import, why)
RULES: tuple[tuple[Callable[[str], bool], Callable[[str], bool], str], ...] = (
    (
        _within("middleware.decision"),
        _within("middleware.decision", *sys.stdlib_module_names),
        "a decision is pure: facts and policy in, standard library only",
    ),
    (
        _within("middleware.encoding"),
        _of_ours_only("middleware.encoding", "middleware.decision"),
        "texts of facts and policies need the words of the decision alone",
    ),
    (
        _but(_within("middleware", "webhooks", "scripts"), *_WRITES_DECISIONS, "scripts.benchmark"),
        _outside("middleware.encoding"),
        "how decisions are kept is a matter of services, store and policies",
    ),
    (
        _within("middleware.explanations"),
        _of_ours_only("middleware.explanations", "middleware.decision", "middleware.phone_numbers"),
        "a sentence is made from a reason and its parameters alone",
    ),
    (
        _within("middleware"),
        _outside("werkzeug", "webhooks", "scripts"),
        "the domain knows nothing of HTTP servers and commands",
    ),
    (_outside("webhooks", "scripts.benchmark"), _outside("flask"), "only webhooks speaks Flask"),
    (_outside("tests"), _outside("tests"), "what runs does not lean on tests"),
    (
        _within("middleware.store"),
        _outside("middleware.services", "middleware.gateways", "middleware.bootstrap"),
        "the store is called by services and calls nobody",
    ),
    (
        _within("middleware.gateways"),
        _outside("middleware.services", "middleware.store", "middleware.bootstrap"),
        "a gateway knows its outside system and nothing of ours but errors and settings",
    ),
    (
        _within("middleware.services"),
        _outside("sqlalchemy", "alembic", "middleware.bootstrap"),
        "a service asks the store; queries live there",
    ),
    (
        _outside("middleware.bootstrap", "middleware.gateways"),
        _either(_outside("middleware.gateways"), _within("middleware.gateways.ports")),
        "only bootstrap names concrete gateways; ask for a protocol of middleware.gateways.ports",
    ),
    (_within("webhooks"), _of_ours_only("webhooks", *_EDGE_SEES), "an edge calls services"),
    (
        # the benchmark compares with bare Flask and fills a store with a million rows: both are below the services
        _but(_within("scripts"), "scripts.benchmark"),
        _of_ours_only("scripts", "webhooks.app", "webhooks.wsgi", *_EDGE_SEES),
        "a command calls services, and starts webhooks",
    ),
)
