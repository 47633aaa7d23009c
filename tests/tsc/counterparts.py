#!/usr/bin/env python3
"""Writes the table of `docs/coming-from-tsc.md`: each public method of TSC's endpoints, and what to call here.

    venv/bin/python tests/tsc/counterparts.py            # writes the table
    venv/bin/python tests/tsc/counterparts.py --check    # fails if the table or its source is out of date

The source is `counterparts.tsv` beside this file: TSC's method, the call, the item that rustdoc links
to, and a note. `-` as the call means that there is no counterpart; the note is the reason. The links
are checked by rustdoc.
"""

import inspect
import itertools
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs/coming-from-tsc.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"


def tsc_methods():
    """The public methods of TSC's endpoints, as `endpoint.method`."""
    import tableauserverclient as TSC
    from tableauserverclient.server.endpoint.endpoint import Endpoint

    server = TSC.Server("http://127.0.0.1:9")
    for name, endpoint in sorted(vars(server).items()):
        if name.startswith("_") or not isinstance(endpoint, Endpoint):
            continue
        for method in dir(type(endpoint)):
            if not method.startswith("_") and not hasattr(Endpoint, method):
                if inspect.isfunction(getattr(type(endpoint), method)):
                    yield f"{name}.{method}"


def rows():
    """The rows of `counterparts.tsv`: method, call, item, note."""
    for line in (HERE / "counterparts.tsv").read_text().splitlines():
        yield (line.split("\t") + ["", "", ""])[:4]


def table(rows):
    for endpoint, group in itertools.groupby(rows, key=lambda row: row[0].split(".")[0]):
        yield f"### `server.{endpoint}`\n\n| TSC | this library | note |\n|---|---|---|\n"
        for method, call, item, note in group:
            link = "no counterpart" if call == "-" else f"[`{call}`](crate::{item})"
            yield f"| `{method}` | {link} | {note} |\n"
        yield "\n"


def complaints(rows):
    documented = [row[0] for row in rows]
    public = set(tsc_methods())
    for method in sorted(public - set(documented)):
        yield f"counterparts.tsv has no row for {method}"
    for method in documented:
        if method not in public:
            yield f"TSC has no public method {method}"
        if documented.count(method) > 1:
            yield f"counterparts.tsv has several rows for {method}"
    for method, call, _, note in rows:
        if call == "-" and not note:
            yield f"{method} has no counterpart and no reason"
    source = "".join(path.read_text() for path in (ROOT / "src").rglob("*.rs"))
    aliases = set(re.findall(r'"(\w+)"', " ".join(re.findall(r"#\[doc\(alias[^\]]*\]", source))))
    for method, call, item, _ in rows:
        name = method.split(".")[1]
        if call != "-" and item.split("::")[-1] != name and name not in aliases:
            yield f'no item has #[doc(alias = "{name}")] for {method}'


def main():
    known = list(rows())
    found = list(complaints(known))
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    page = before + BEGIN + "\n" + "".join(table(known)) + END + after
    if "--check" not in sys.argv:
        PAGE.write_text(page)
    elif PAGE.read_text() != page:
        found.append("docs/coming-from-tsc.md is out of date: run tests/tsc/counterparts.py")
    print("\n".join([*found, f"{len(known)} methods of TSC, {len(found)} complaints"]))
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
