"""What browsers are given: vendored files as published, nothing from elsewhere, no code inside pages."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
MANIFESTS = [ROOT / "static" / "vendor" / "MANIFEST", ROOT / "tests" / "vendor" / "MANIFEST"]
NOT_VENDORED = {"MANIFEST", "vendor.sh"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def entries(manifest: Path) -> dict[str, tuple[str, str, str, str]]:
    lines = [line for line in manifest.read_text().splitlines() if line and not line.startswith("#")]
    rows = [line.split("\t") for line in lines]
    return {file: (package, version, licence, digest) for file, package, version, licence, digest in rows}


@pytest.mark.parametrize("manifest", MANIFESTS, ids=name)
def test_every_vendored_file_is_listed_and_is_the_one_published(manifest: Path) -> None:
    listed = entries(manifest)
    there = {str(path.relative_to(manifest.parent)) for path in manifest.parent.rglob("*") if path.is_file()}

    assert there - NOT_VENDORED == set(listed)
    for file, (package, version, licence, digest) in listed.items():
        assert hashlib.sha256((manifest.parent / file).read_bytes()).hexdigest() == digest, file
        assert all((package, licence, re.fullmatch(r"\d+\.\d+\.\d+", version))), file


def test_every_vendored_package_brings_its_licence_text() -> None:
    licences = {path.parent.name for path in (ROOT / "static" / "vendor").rglob("LICENSE*")}

    assert licences == {"nhsuk-frontend", "htmx"}
    assert (ROOT / "tests" / "vendor" / "LICENSE-axe").exists()


@pytest.mark.parametrize("style", STYLES, ids=name)
def test_a_stylesheet_loads_nothing_from_elsewhere(style: Path) -> None:
    text = style.read_text()

    assert "@font-face" not in text
    assert "@import" not in text
    for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
        assert address.startswith(("data:", "#")) or (style.parent / address).exists(), address


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_holds_no_code_and_no_style(template: Path) -> None:
    text = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)

    assert not re.search(r"\sstyle\s*=", text), "style attribute"
    assert not re.search(r"<style\b", text), "style element"
    html = re.sub(r"\{%.*?%\}", "", text, flags=re.DOTALL)
    assert not re.search(r"\son[a-z]+\s*=|\shx-on", html), "inline handler"
    assert not re.search(r"[\"'](on[a-z]+|style)[\"']\s*:", text), "handler or style given to a component"
    assert not re.search(r"javascript:", text), "javascript address"
    for attributes, content in re.findall(r"<script\b([^>]*)>(.*?)</script>", text, flags=re.DOTALL):
        assert "src=" in attributes, "inline script"
        assert not content.strip(), "inline script"


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_is_short(template: Path) -> None:
    assert len(template.read_text().splitlines()) <= 120


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_template_compiles_and_its_forms_carry_their_token(template: Path) -> None:
    engines["jinja2"].get_template(str(template.relative_to(ROOT / "templates")))

    for line in re.findall(
        r"\{% from \"components/actions.html\".*?%\}", template.read_text(), flags=re.DOTALL
    ):
        assert "with context" in line, (
            "actions.html imported without context: its forms would lack the CSRF token"
        )


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=name)
def test_a_script_is_small_and_makes_no_code_from_text(script: Path) -> None:
    text = script.read_text()

    assert len(text.splitlines()) <= 120
    assert not re.search(r"\beval\(|new Function|document\.write|insertAdjacentHTML|\.outerHTML", text)
    # HTML from text only where a panel of our own server is put into the page.
    assert "innerHTML =" not in text or script.name == "replace.js"
    assert "http://" not in text
    assert "https://" not in text


def test_every_script_file_a_module_imports_exists() -> None:
    for script in OWN_SCRIPTS:
        for imported in re.findall(r'^import .*?"(.+?)";', script.read_text(), flags=re.MULTILINE):
            assert (script.parent / imported).exists(), f"{script.name} imports {imported}"


def test_the_content_security_policy_allows_our_own_files_alone() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    own = {
        "default-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }

    assert own.items() <= directives.items()
    for directive in ("script-src", "style-src", "font-src", "connect-src"):
        assert directives[directive] == ["'self'"]
    assert "unsafe" not in str(directives)
