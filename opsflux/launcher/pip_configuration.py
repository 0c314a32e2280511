"""Tells uv what the machine's pip configuration says (mirror, extra indexes, certificate), since uv does not read it."""
import configparser
import os
from collections.abc import Mapping
from pathlib import Path

# pip's option -> uv's variable
TRANSLATED = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS", "cert": "SSL_CERT_FILE"}


def for_uv(env: Mapping[str, str]) -> dict[str, str]:
    """Variables to add for uv; what the caller already says to uv is left alone."""
    options = _options(env)
    found = {variable: options[option] for option, variable in TRANSLATED.items() if options.get(option)}
    for listed, separator in (("UV_INDEX", " "), ("UV_FIND_LINKS", ",")):
        if listed in found:
            found[listed] = separator.join(found[listed].split())
    if "UV_INDEX" in found:
        # pip looks into every index; so must uv. Safe, since every file is checked against the lock's hash.
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {variable: value for variable, value in found.items() if variable not in env}


def _options(env: Mapping[str, str]) -> dict[str, str]:
    """pip's own order: system file, user's files, PIP_CONFIG_FILE, then PIP_… variables."""
    options: dict[str, str] = {}
    for path in _files(env):
        parser = configparser.RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue        # pip itself will name the file if it is asked to read it
        for section in ("global", "install"):
            if parser.has_section(section):
                options.update({name.replace("_", "-"): value for name, value in parser.items(section)})
    for option in TRANSLATED:
        value = env.get("PIP_" + option.upper().replace("-", "_"))
        if value:
            options[option] = value
    return options


def _files(env: Mapping[str, str]) -> list[Path]:
    if env.get("PIP_CONFIG_FILE") == os.devnull:
        return []
    home = Path(env.get("HOME", "/nonexistent"))
    settings = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
    shared = [Path(folder) / "pip" / "pip.conf" for folder in (env.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)]
    files = [*shared, Path("/etc/pip.conf"), home / ".pip" / "pip.conf", settings / "pip" / "pip.conf"]
    return [*files, Path(env["PIP_CONFIG_FILE"])] if env.get("PIP_CONFIG_FILE") else files
