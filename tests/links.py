#!/usr/bin/env python3
"""Checks relative links: those of the Markdown files, as a repository's web page resolves them, and with
`--doc FOLDER` those of the HTML that `cargo doc` has built. Anchors have to exist, too."""

import argparse
import html.parser
import pathlib
import re
import sys
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"\]\(([^)\s]+)\)")
DEFINITION = re.compile(r"^\[([^\]]+)\]: (\S+)$", re.MULTILINE)
REFERENCE = re.compile(r"\]\[([^\]]+)\]")


def headings(text):
    """The anchors of the headings, as GitHub and rustdoc make them."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    anchors = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        anchors.add(slug if slug not in anchors else f"{slug}-1")
    return anchors


def check_markdown():
    files = [ROOT / name for name in ("README.md", "CHANGELOG.md", "SECURITY.md")]
    files += sorted((ROOT / "docs").glob("*.md"))
    count = 0
    for file in files:
        text = CODE.sub("", file.read_text(encoding="utf-8"))
        definitions = dict(DEFINITION.findall(text))
        for label in REFERENCE.findall(text):
            if label not in definitions:
                yield f"{file.name}: [{label}] has no definition"
        for target in INLINE.findall(text) + list(definitions.values()):
            # Links to items of the crate and to other sites.
            if target.startswith("crate::") or urllib.parse.urlsplit(target).scheme:
                continue
            count += 1
            path, _, anchor = target.partition("#")
            other = file.parent / path if path else file
            if not other.is_file():
                yield f"{file.name}: {target}: no such file"
            elif anchor and anchor not in headings(other.read_text(encoding="utf-8")):
                yield f"{file.name}: {target}: no such heading"
    if not count:
        yield "no links were found in the Markdown files"


class Page(html.parser.HTMLParser):
    """The links and the anchors of an HTML page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if attributes.get("id"):
            self.anchors.add(attributes["id"])
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])


def check_html(folder):
    pages = {path.resolve(): Page(path) for path in sorted(folder.rglob("*.html"))}
    if not pages:
        yield f"{folder}: no HTML pages"
    for path, page in pages.items():
        for link in page.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc or link.startswith("javascript:"):
                continue
            other = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            # rustdoc writes some anchors percent-encoded.
            anchors = {parts.fragment, urllib.parse.unquote(parts.fragment)}
            if not other.exists():
                yield f"{path}: {link}: no such file"
            elif parts.fragment and other in pages and not anchors & pages[other].anchors:
                yield f"{path}: {link}: no such anchor"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--doc", type=pathlib.Path, metavar="FOLDER")
    folder = arguments.parse_args().doc
    broken = list(check_markdown()) + (list(check_html(folder)) if folder else [])
    for line in broken:
        print(line, file=sys.stderr)
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
