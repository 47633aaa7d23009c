#!/usr/bin/env python3
"""Measures this library, ureq, curl and TSC at the same work, against the mock server.

    python3 benches/compare/run.py [--rounds N] [--workbooks N] [--gets N] [--mib N] [--tsc PYTHON]

Builds the clients and the mock server in release mode. Each measurement is a process of its own; the
clients take turns within a round. Prints the tables of docs/performance.md: medians of wall time and CPU
time of the client's process, their ratio to ureq, and the noise, that is half the interquartile range
of the wall time relative to its median.

PYTHON is an interpreter with tableauserverclient installed; without it, TSC is left out. Needs Linux or
macOS, and curl.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VERSION = "3.24"
NAMESPACE = "{http://tableau.com/api}"

TSC = """
import sys
import tableauserverclient as tsc
work, url, user, password, workbook, count, file = sys.argv[1:]
server = tsc.Server(url)
server.version = %r
with server.auth.sign_in(tsc.TableauAuth(user, password)):
    if work == "get":
        for _ in range(int(count)):
            assert server.workbooks.get_by_id(workbook).name
    elif work in ("list", "process"):
        options = tsc.RequestOptions(pagesize=1000)
        seen = sum(1 for _ in tsc.Pager(server.workbooks, options))
        assert seen == int(count), seen
    elif work == "publish":
        server.fileuploads.upload(file)
    elif work == "download":
        server.workbooks.download(workbook, filepath=file)
""" % VERSION


def build():
    """Builds in release mode and returns the paths of the mock server and of the client."""
    command = ["cargo", "bench", "--no-run", "--features", "mock", "--bench", "compare", "--bin",
               "tableau-mock-server", "--message-format", "json"]
    out = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    paths = {}
    for line in out.splitlines():
        message = json.loads(line)
        if message.get("reason") == "compiler-artifact" and message.get("executable"):
            is_test_of_bin = message["profile"]["test"] and "bin" in message["target"]["kind"]
            if not is_test_of_bin:
                paths[message["target"]["name"]] = message["executable"]
    return paths["tableau-mock-server"], paths["compare"]


class Mock:
    """The mock server, and a session for curl."""

    def __init__(self, program, workbooks):
        command = [program, "--workbooks", str(workbooks), "--datasources", "1"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.info = json.loads(self.process.stdout.readline())
        self.url = self.info["url"].rstrip("/")
        from xml.etree import ElementTree
        from xml.sax.saxutils import quoteattr
        body = ("<tsRequest><credentials name=%s password=%s><site contentUrl=''/></credentials></tsRequest>"
                % (quoteattr(self.info["username"]), quoteattr(self.info["password"])))
        root = ElementTree.fromstring(self.send("POST", f"/api/{VERSION}/auth/signin", body.encode()))
        self.token = root.find(f"{NAMESPACE}credentials").get("token")
        self.site = f"/api/{VERSION}/sites/" + root.find(f".//{NAMESPACE}site").get("id")
        page = ElementTree.fromstring(self.send("GET", self.site + "/workbooks?pageSize=1"))
        self.workbook = page.find(f".//{NAMESPACE}workbook").get("id")

    def send(self, method, path, body=None, headers=()):
        request = urllib.request.Request(self.url + path, data=body, method=method)
        request.add_header("X-Tableau-Auth", getattr(self, "token", ""))
        for name, value in headers or [("Content-Type", "text/xml")]:
            request.add_header(name, value)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as response:
            return response.read()

    def publish(self, file):
        """Replaces the content of the workbook that is downloaded, and returns its id."""
        from xml.etree import ElementTree
        started = ElementTree.fromstring(self.send("POST", self.site + "/fileUploads"))
        upload = started.find(f"{NAMESPACE}fileUpload").get("uploadSessionId")
        mixed = [("Content-Type", "multipart/mixed; boundary=b")]
        payload = b'--b\r\nContent-Disposition: form-data; name="request_payload"\r\nContent-Type: text/xml\r\n\r\n'
        with open(file, "rb") as source:
            while chunk := source.read(50 << 20):
                head = payload + b'\r\n--b\r\nContent-Disposition: form-data; name="tableau_file"; filename="file"\r\n\r\n'
                self.send("PUT", f"{self.site}/fileUploads/{upload}", head + chunk + b"\r\n--b--\r\n", mixed)
        body = payload + b"<tsRequest><workbook name='Large'/></tsRequest>\r\n--b--\r\n"
        query = f"uploadSessionId={upload}&workbookType=twbx&overwrite=true"
        answer = self.send("POST", f"{self.site}/workbooks?{query}", body, mixed)
        return ElementTree.fromstring(answer).find(f"{NAMESPACE}workbook").get("id")

    def stop(self):
        self.process.kill()
        self.process.wait()


def curl(mock, work, workbook, count, file, folder):
    """The arguments of curl for the work, or None. It only transfers the bytes."""
    config = [f'header = "X-Tableau-Auth: {mock.token}"', "silent", "fail", 'noproxy = "*"']
    one = f"{mock.url}{mock.site}/workbooks/{workbook}"
    if work == "get":
        urls = [one] * count
    elif work in ("list", "process"):
        pages = range(1, -(-count // 1000) + 1)
        urls = [f"{mock.url}{mock.site}/workbooks?pageNumber={page}&pageSize=1000" for page in pages]
    elif work == "download":
        return ["curl", "--silent", "--fail", "--noproxy", "*", "-H", f"X-Tableau-Auth: {mock.token}",
                "-o", str(file), one + "/content"]
    else:
        return None
    for url in urls:
        config += [f'url = "{url}"', 'output = "/dev/null"']
    path = Path(folder) / f"curl-{work}"
    path.write_text("\n".join(config))
    return ["curl", "--config", str(path)]


def measure(command):
    """Runs a command; returns its wall time and its CPU time."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[:3]} failed")
    return wall, usage.ru_utime + usage.ru_stime


def table(title, results):
    walls, base = {}, results.get("ureq")
    print(f"\n### {title}\n")
    print("| client | wall | CPU | wall to ureq | CPU to ureq | noise |")
    print("|---|---|---|---|---|---|")
    for client, runs in results.items():
        wall, cpu = (statistics.median(column) for column in zip(*runs))
        walls = sorted(run[0] for run in runs)
        noise = "–"
        if len(walls) > 2:
            low, _, high = statistics.quantiles(walls, n=4)
            noise = f"± {(high - low) / 2 / wall:.0%}"
        ratios = ["–", "–"]
        if base:
            to = [statistics.median(column) for column in zip(*base)]
            ratios = [f"{wall / to[0]:.2f}", f"{cpu / max(to[1], 1e-3):.2f}"]
        print(f"| {client} | {wall * 1000:.0f} ms | {cpu * 1000:.0f} ms | "
              f"{ratios[0]} | {ratios[1]} | {noise} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--workbooks", type=int, default=20_000)
    parser.add_argument("--gets", type=int, default=2000)
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--tsc", help="a Python interpreter with tableauserverclient")
    options = parser.parse_args()
    server, client = build()
    small = Mock(server, 12)
    try:
        large = Mock(server, options.workbooks)
        try:
            compare(options, client, small, large)
        finally:
            large.stop()
    finally:
        small.stop()


def compare(options, client, small, large):
    with tempfile.TemporaryDirectory() as folder:
        file, target = Path(folder) / "large.twbx", Path(folder) / "got.twbx"
        with open(file, "wb") as out:
            out.write(b"PK\x03\x04")
            for _ in range(options.mib):
                out.write(os.urandom(1 << 20))
        works = [
            (f"{options.gets} requests for a workbook", "get", large, options.gets, file),
            (f"List of {options.workbooks} workbooks, 1000 per page", "list", large, options.workbooks, file),
            ("Process that signs in, lists 12 workbooks and signs out", "process", small, 12, file),
            (f"Upload of {options.mib} MiB in chunks of 50 MiB", "publish", small, 1, file),
            (f"Download of {options.mib} MiB", "download", small, 1, target),
        ]
        for title, work, mock, count, path in works:
            # Listed work needs the original workbooks, so the file is published after it.
            workbook = mock.publish(file) if work == "download" else mock.workbook
            shared = [mock.url, mock.info["username"], mock.info["password"], workbook, str(count), str(path)]
            commands = {"this library": [client, "library", work, *shared]}
            if work == "list":
                commands["this library, `prefetch(4)`"] = [client, "library", "prefetch", *shared]
            commands["ureq"] = [client, "ureq", work, *shared]
            transfer = curl(mock, work, workbook, count, path, folder)
            if transfer:
                commands["curl"] = transfer
            if options.tsc:
                commands["TSC"] = [options.tsc, "-c", TSC, work, *shared]
            results = {name: [] for name in commands}
            for command in commands.values():
                measure(command)
            for _ in range(options.rounds):
                for name, command in commands.items():
                    results[name].append(measure(command))
            table(title, results)


if __name__ == "__main__":
    main()
