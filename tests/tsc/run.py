#!/usr/bin/env python3
"""Drives the mock server with Tableau's own Python client, whose parsing is the judge.

    python -m venv venv && venv/bin/pip install tableauserverclient==0.42
    venv/bin/python tests/tsc/run.py --server target/debug/tableau-mock-server

Each function in a `flows_*.py` beside this file whose name begins with `flow_` gets a server of its
own. Each public method of the endpoints in `COVERED` has to be called by some flow, or to stand in
`PASSED_OVER` with a reason. The last line says how many flows passed and failed; the status is 1
where one failed.
"""

import argparse
import functools
import importlib
import json
import pathlib
import subprocess
import sys
import traceback
import warnings

HERE = pathlib.Path(__file__).resolve().parent


class Mock:
    """A running mock server, with what it printed about itself."""

    def __init__(self, program, *arguments):
        self.process = subprocess.Popen(
            [program, *arguments], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        )
        self.info = json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def server(self, version=None, **options):
        """A client that is not signed in, in the newest version unless said otherwise."""
        import tableauserverclient as TSC

        server = TSC.Server(self.info["url"], **options)
        server.version = version or self.info["api_version"]
        return server

    def auth(self, site=""):
        import tableauserverclient as TSC

        return TSC.TableauAuth(self.info["username"], self.info["password"], site)

    def token_auth(self, site=""):
        import tableauserverclient as TSC

        name, secret = self.info["token_name"], self.info["token_secret"]
        return TSC.PersonalAccessTokenAuth(name, secret, site)

    def signed_in(self, version=None):
        server = self.server(version)
        server.auth.sign_in(self.auth())
        return server


# The endpoints of which each public method has to be called by a flow at least once.
COVERED = [
    "projects", "workbooks", "datasources", "views", "custom_views", "flows", "flow_runs", "jobs",
    "fileuploads", "tags", "users", "groups", "group_sets", "sites", "auth", "server_info", "webhooks",
    "data_alerts", "schedules", "metadata", "tasks", "flow_tasks", "linked_tasks", "subscriptions",
    "favorites", "databases", "tables", "virtual_connections", "metrics", "oidc", "extensions",
    "data_acceleration_report",
]

# The methods that no flow calls, and why.
PASSED_OVER = {
    "databases.populate_tables": "needs API version 99",
    "auth.contextmgr": "no call, but the class of what signing in gives",
    "sites.get_by_content_url": "looks for the content URL in the server's address, and finds none",
    "favorites.delete_favorite": "sends a path that the REST API does not have",
}


class Coverage:
    """Notes which public methods the flows call themselves, rather than another method."""

    def __init__(self):
        import tableauserverclient as TSC
        from tableauserverclient.server.endpoint.endpoint import Endpoint

        self.called, self.depth = set(), 0
        server = TSC.Server("http://127.0.0.1:9")
        self.methods = {}
        for name in COVERED:
            kind = type(getattr(server, name))
            for method in dir(kind):
                if method.startswith("_") or hasattr(Endpoint, method):
                    continue
                function = getattr(kind, method)
                if callable(function):
                    self.methods[f"{name}.{method}"] = (kind, method, function)
        for name, (kind, method, function) in self.methods.items():
            setattr(kind, method, self.noting(name, function))

    def noting(self, name, function):
        @functools.wraps(function)
        def call(*arguments, **named):
            if self.depth == 0:
                self.called.add(name)
            self.depth += 1
            try:
                return function(*arguments, **named)
            finally:
                self.depth -= 1

        return call

    def complaints(self):
        """The methods that were left out without a reason, and the reasons that are none any more."""
        for name in sorted(set(self.methods) - self.called - set(PASSED_OVER)):
            yield f"no flow calls {name}"
        for name in sorted(set(PASSED_OVER) & self.called):
            yield f"{name} is called, and said not to be"
        for name in sorted(set(PASSED_OVER) - set(self.methods)):
            yield f"there is no {name} to pass over"


def flows(only):
    """The flows of all files, by name."""
    for file in sorted(HERE.glob("flows_*.py")):
        module = importlib.import_module(file.stem)
        for name, flow in list(vars(module).items()):
            if name.startswith("flow_") and only in f"{file.stem}.{name}":
                yield f"{file.stem}.{name}", flow


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = HERE.parent.parent / "target" / "debug" / "tableau-mock-server"
    parser.add_argument("--server", default=str(default), help="the tableau-mock-server program")
    parser.add_argument("--only", default="", help="run only the flows with this in their name")
    options = parser.parse_args()
    sys.path.insert(0, str(HERE))
    warnings.simplefilter("ignore")
    passed, failed = 0, 0
    coverage = Coverage()
    for name, flow in flows(options.only):
        arguments = getattr(flow, "arguments", [])
        try:
            with Mock(options.server, *arguments) as mock:
                flow(mock)
        except Exception:
            failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}")
        else:
            passed += 1
            print(f"passed {name}")
    # What was not run could have called anything.
    complaints = [] if options.only else list(coverage.complaints())
    for complaint in complaints:
        print(f"FAILED coverage: {complaint}")
    failed += len(complaints)
    print(f"{passed} passed, {failed} failed; {len(coverage.methods)} methods of the client")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
