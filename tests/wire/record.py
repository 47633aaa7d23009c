#!/usr/bin/env python3
"""Records what TSC sends and what it reads from the responses, as goldens for the Rust tests.

    pip install tableauserverclient==0.42
    python tests/wire/record.py              # writes tests/wire/<endpoint>.json and methods.json
    python tests/wire/record.py projects     # one endpoint only
    python tests/wire/record.py --check      # records again, and fails if a file would change

The cases are tables in cases/<endpoint>.py: a name, the Python call, the responses. A case runs against a
server on loopback that sends these responses in order. Everything that varies between runs is fixed
(ids, boundaries, the order of sets), so that recording twice writes the same files.
"""

import ast
import contextlib
import datetime
import email.parser
import email.policy
import enum
import http.server
import importlib
import importlib.metadata
import inspect
import io
import json
import os
import pathlib
import re
import sys
import tempfile
import threading
import unittest.mock
import urllib.parse
import uuid
import warnings
import xml.etree.ElementTree as ET

if os.environ.get("PYTHONHASHSEED") != "0":
    # Sets are sent in the order of their hashes.
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})

import tableauserverclient as TSC  # noqa: E402
from tableauserverclient.server.endpoint.endpoint import Endpoint  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TSC_VERSION = "0.42"
SITE, USER, TOKEN = "site-1", "user-1", "THE-TOKEN"
VERSION = "3.30"
ENDPOINTS = "tableauserverclient.server.endpoint"
# The endpoints whose public methods must all be accounted for.
COVERED = [
    "auth", "server_info", "sites", "projects", "workbooks", "datasources", "views", "custom_views",
    "flows", "flow_runs", "jobs", "fileuploads", "tags", "users", "groups", "group_sets", "schedules",
    "tasks", "flow_tasks", "linked_tasks", "subscriptions", "favorites", "webhooks", "data_alerts",
    "metadata", "databases", "tables", "virtual_connections", "metrics", "oidc", "extensions",
    "data_acceleration_report",
]  # fmt: skip


# --- Answers ---------------------------------------------------------------------------------------


def raw(status, body="", **headers):
    """A response; header names are written with underscores."""
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    return {"status": status, "headers": named, "body": body}


def xml(inside="", status=200, namespace="http://tableau.com/api"):
    """A response of Tableau with this content."""
    inside = re.sub(r">\s+<", "><", inside.strip())
    body = f'<?xml version="1.0" encoding="UTF-8"?><tsResponse xmlns="{namespace}">{inside}</tsResponse>'
    return raw(status, body, content_type="application/xml;charset=utf-8")


def page(wrap, *items, number=1, size=1000, total=None):
    """One page of a list."""
    total = len(items) if total is None else total
    return xml(
        f'<pagination pageNumber="{number}" pageSize="{size}" totalAvailable="{total}"/>'
        f"<{wrap}>{''.join(items)}</{wrap}>"
    )


def error(status, code, summary, detail):
    """An error of Tableau."""
    return xml(
        f'<error code="{code}"><summary>{summary}</summary><detail>{detail}</detail></error>', status
    )


def done(status=204):
    """A success without a body."""
    return raw(status)


def text(value, content_type="application/json;charset=utf-8"):
    return raw(200, value, content_type=content_type)


def file(data, name=None, content_type="application/octet-stream"):
    """A download."""
    headers = {"content_type": content_type}
    if name is not None:
        headers["content_disposition"] = f'name="tableau_file"; filename="{name}"'
    return raw(200, data, **headers)


# --- The server ------------------------------------------------------------------------------------


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    answers, seen = (), []

    def begin(self, answers):
        self.answers, self.seen = list(answers), []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while length := int(self.rfile.readline(), 16):
                body += self.rfile.read(length)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        at = len(self.server.seen)
        self.server.seen.append(request_of(self.command, self.path, self.headers, body))
        if at < len(self.server.answers):
            answer = self.server.answers[at]
        else:
            answer = error(500, "500000", "No answer", "The case has no answer for this request")
        body = answer["body"]
        body = body if isinstance(body, bytes) else body.encode()
        self.send_response(answer["status"])
        for name, value in answer["headers"].items():
            port = self.server.server_address[1]
            value = value.replace("{BASE}", f"http://127.0.0.1:{port}").replace("{ALT}", f"http://localhost:{port}")
            self.send_header(name, value)
        if answer["status"] != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer


def request_of(method, target, headers, body):
    path, _, query = target.partition("?")
    request = {"method": method, "path": path}
    if query:
        request["query"] = sorted(map(list, urllib.parse.parse_qsl(query, keep_blank_values=True)))
        request["raw_query"] = query
    if "X-Tableau-Auth" in headers:
        request["token"] = headers["X-Tableau-Auth"]
    for name in ("X-Request-Source", "RequestID"):
        if name in headers:
            request.setdefault("headers", {})[name.lower()] = headers[name]
    if headers.get("Accept", "*/*") != "*/*":
        request.setdefault("headers", {})["accept"] = headers["Accept"]
    if body:
        request["content_type"] = headers.get("Content-Type", "").split(";")[0]
        request["body"] = body_of(headers.get("Content-Type", ""), body)
    return request


def body_of(content_type, body):
    """The form of a body that the tests compare."""
    media = content_type.split(";")[0]
    if media.startswith("multipart/"):
        whole = b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(whole)
        return {"parts": [part_of(part) for part in message.iter_parts()]}
    if media.endswith("xml") or body.lstrip().startswith(b"<tsRequest"):
        return {"xml": lines_of(body)}
    if media.endswith("json"):
        return {"json": json.loads(body)}
    return {"text": body.decode("latin-1")}


def part_of(part):
    data = part.get_payload(decode=True)
    kind = part.get_content_type()
    out = {"name": part.get_param("name", header="content-disposition"), "content_type": kind}
    name = re.search(rb'filename="([^"]*)"', str(part["content-disposition"]).encode("utf-8", "surrogateescape"))
    if name:
        out["filename"] = name[1].decode("utf-8", "replace")
    out["body"] = body_of(kind, data) if data else {"text": ""}
    return out


def lines_of(body):
    """XML with one element per line and sorted attributes: the form that the tests compare and show."""
    lines = []

    def quoted(value):
        for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
            value = value.replace(char, escape)
        return f'"{value}"'

    def walk(node, depth):
        tag = node.tag.rpartition("}")[2]
        attributes = "".join(f" {name}={quoted(value)}" for name, value in sorted(node.attrib.items()))
        inner = (node.text or "").strip()
        lines.append("  " * depth + f"<{tag}{attributes}>" + (quoted(inner) if inner else ""))
        for child in node:
            walk(child, depth + 1)

    walk(ET.fromstring(body), 0)
    return lines


# --- Results ---------------------------------------------------------------------------------------


def dump(value, depth=0):
    """The result of a call: every public attribute that is set."""
    if isinstance(value, enum.Enum):
        return dump(value.value, depth)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (datetime.time, pathlib.Path)):
        return str(value)
    if isinstance(value, bytes):
        return {"$bytes": value.decode("latin-1")}
    if isinstance(value, (set, frozenset)):
        return {"$set": sorted((dump(item, depth) for item in value), key=str)}
    if isinstance(value, (list, tuple)):
        return [dump(item, depth) for item in value]
    if isinstance(value, dict):
        return {str(key): dump(item, depth) for key, item in value.items() if item is not None}
    if depth > 5 or not type(value).__module__.startswith("tableauserverclient"):
        return {"$type": type(value).__name__}
    names = {name for name in getattr(value, "__dict__", {}) if not name.startswith("_")}
    names |= {
        name
        for name, member in inspect.getmembers(type(value))
        if isinstance(member, property) and not name.startswith("_")
    }
    out = {"$type": type(value).__name__}
    for name in sorted(names):
        try:
            member = getattr(value, name)
        except Exception:  # Not populated.
            continue
        if member is not None and not callable(member):
            out[name] = dump(member, depth + 1)
    return out


def run(code, scope):
    """Runs the code; its last expression is the result."""
    tree = ast.parse(code)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr), "a case ends with an expression"
    exec(compile(tree, "case", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "case", "eval"), scope)


# --- Recording -------------------------------------------------------------------------------------


def known(item, id):
    """An item with an id, as if the server had returned it."""
    item._id = id
    return item


def public_methods(endpoint):
    """The public methods of an endpoint, without those of the base classes."""
    names = set()
    for name, member in inspect.getmembers(type(endpoint)):
        if not name.startswith("_") and inspect.isfunction(member) and not hasattr(Endpoint, name):
            names.add(name)
    return sorted(names)


def watch(server, calls):
    """Notes which public methods a case calls itself."""
    depth = [0]

    def wrap(label, method):
        def watched(*args, **kwargs):
            if depth[0] == 0 and label not in calls:
                calls.append(label)
            depth[0] += 1
            try:
                return method(*args, **kwargs)
            finally:
                depth[0] -= 1

        return watched

    for endpoint_name, endpoint in list(vars(server).items()):
        if isinstance(endpoint, Endpoint):
            for name in public_methods(endpoint):
                setattr(endpoint, name, wrap(f"{endpoint_name}.{name}", getattr(endpoint, name)))


@contextlib.contextmanager
def chunks_of(size):
    """Uploads every file in chunks of this size."""
    modules = [importlib.import_module(f"{ENDPOINTS}.{name}_endpoint") for name in ("workbooks", "flows")]
    uploads = importlib.import_module(f"{ENDPOINTS}.fileuploads_endpoint")
    if size is None:
        yield
        return
    with contextlib.ExitStack() as stack:
        for module in modules:
            stack.enter_context(unittest.mock.patch.object(module, "FILESIZE_LIMIT", 0))
        stack.enter_context(unittest.mock.patch.object(uploads, "BYTES_PER_MB", size))
        stack.enter_context(unittest.mock.patch.dict(os.environ, TSC_CHUNK_SIZE_MB="1", TSC_FILESIZE_LIMIT_MB="0"))
        yield


def record(case, http):
    http.begin(case["answers"])
    out = {"python": case["python"], "version": case["version"], "calls": []}
    server = TSC.Server(f"http://127.0.0.1:{http.server_address[1]}", http_options=case["options"])
    server.version = case["version"]
    if case["signed_in"]:
        server._set_auth(SITE, USER, TOKEN, "")
    watch(server, out["calls"])
    pinned = uuid.UUID("00000000-0000-4000-8000-00000000abcd")
    here, uuid4 = os.getcwd(), uuid.uuid4
    uuid.uuid4 = lambda: pinned
    with tempfile.TemporaryDirectory() as folder:
        # Relative names in a result are the same on every machine.
        os.chdir(folder)
        try:
            for name, data in case["files"].items():
                pathlib.Path(name).write_bytes(data)
            scope = {"TSC": TSC, "server": server, "io": io, "pathlib": pathlib, "known": known}
            scope["datetime"] = datetime
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), chunks_of(case["chunk"]):
                warnings.simplefilter("ignore")
                result = run(case["python"], scope)
                # Reading an attribute may send a request, which is not part of the case.
                http.seen, seen = [], http.seen
                out["result"] = dump(result)
        except Exception as raised:
            http.seen, seen = [], http.seen
            out["raises"] = {"$type": type(raised).__name__, "text": str(raised).strip().replace(folder, "")}
            for name in ("code", "summary", "detail"):
                if isinstance(getattr(raised, name, None), str):
                    out["raises"][name] = getattr(raised, name)
        finally:
            os.chdir(here)
            uuid.uuid4 = uuid4
    if "raises" in out:
        out["raises"]["text"] = re.sub(r":\d{4,5}\b", ":PORT", re.sub(r"0x[0-9a-f]+", "0x", out["raises"]["text"]))
    wrong = len(seen) - len(case["answers"])
    if wrong > 0 or wrong < 0 and not case["spare"]:
        print(f"{case['name']}: {len(seen)} requests for {len(case['answers'])} answers", out.get("raises", ""))
        for request in seen:
            print("   ", request["method"], request["path"], request.get("raw_query", ""))
        raise SystemExit(1)
    out["exchanges"] = [
        {"request": request, "answer": answer_out(answer)} for request, answer in zip(seen, case["answers"])
    ]
    if len(seen) < len(case["answers"]):
        # TSC has failed; the library continues.
        out["spare"] = [answer_out(answer) for answer in case["answers"][len(seen) :]]
    if case["instead"]:
        # The library sends other requests than TSC.
        out["instead"] = [answer_out(answer) for answer in case["instead"]]
    return out


def answer_out(answer):
    body = answer["body"]
    return {**answer, "body": {"bytes": body.decode("latin-1")} if isinstance(body, bytes) else body}


def cases_of(endpoint):
    cases = {}

    def case(name, python, *answers, version=VERSION, signed_in=True, options=None, files=None, spare=False, chunk=None, instead=None, after=()):
        assert name not in cases, f"{endpoint}.{name} occurs twice"
        # Cases are indented in the table.
        python = inspect.cleandoc(python)
        answers = [a if isinstance(a, dict) else xml(a) for a in [*answers, *after]]
        cases[name] = dict(
            name=f"{endpoint}.{name}", python=python, answers=answers, version=version, signed_in=signed_in,
            options=options, files=files or {}, spare=spare, chunk=chunk,
            instead=[a if isinstance(a, dict) else xml(a) for a in instead or []],
        )  # fmt: skip

    scope = dict(case=case, raw=raw, xml=xml, page=page, error=error, done=done, text=text, file=file)
    for name in ("_common", endpoint):
        table = HERE / "cases" / f"{name}.py"
        exec(compile(table.read_text(), str(table), "exec"), scope)
    return cases


def main(arguments):
    check = "--check" in arguments
    endpoints = [argument for argument in arguments if not argument.startswith("-")]
    everything = not endpoints
    endpoints = endpoints or sorted(path.stem for path in (HERE / "cases").glob("[!_]*.py"))
    version = importlib.metadata.version("tableauserverclient")
    if version != TSC_VERSION:
        raise SystemExit(f"this needs tableauserverclient {TSC_VERSION}, not {version}")
    http = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    files = {}
    for endpoint in endpoints:
        goldens = {name: record(case, http) for name, case in cases_of(endpoint).items()}
        files[f"{endpoint}.json"] = {"recorded_with": f"tableauserverclient {TSC_VERSION}", "cases": goldens}
    if everything:
        server = TSC.Server("http://127.0.0.1:1")
        files["methods.json"] = {endpoint: public_methods(getattr(server, endpoint)) for endpoint in COVERED}
    http.shutdown()
    changed = []
    for name, content in files.items():
        whole = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
        path = HERE / name
        if not path.exists() or path.read_text() != whole:
            changed.append(name)
            if not check:
                path.write_text(whole)
    print(f"{len(files)} files, {len(changed)} {'would change' if check else 'changed'}: {' '.join(changed)}")
    return 1 if check and changed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
