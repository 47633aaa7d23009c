#!/usr/bin/env python3
"""Measures this library, ureq, curl and TSC at the same work, against the mock server.

    python3 benches/compare/run.py [--rounds N] [--size FACTOR] [--tsc PYTHON] [--write]

Builds the clients and the mock server in release mode. Each measurement is a process of its own; the
clients take turns within a round. Prints the tables of docs/performance.md; --write replaces them
there. A table has medians of the wall time and of the CPU time of the client's process, its peak memory,
the ratio of the times to those of ureq, and the noise, that is half the interquartile range of the wall
time relative to its median. The peak memory is sampled in a run before those that are timed.

FACTOR changes the amount of work: 0.02 takes about a minute. PYTHON is an interpreter with
tableauserverclient installed; without it, TSC is left out. Needs curl. The peak memory needs Linux.
"""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "performance.md"
VERSION = "3.24"
NAMESPACE = "{http://tableau.com/api}"
MIB = 1 << 20
CHUNK = 50 * MIB
LATENCY = "delay=20ms GET /workbooks/*"
HEAD = (b'--b\r\nContent-Disposition: form-data; name="request_payload"\r\nContent-Type: text/xml\r\n\r\n\r\n'
        b'--b\r\nContent-Disposition: form-data; name="tableau_file"; filename="file"\r\n\r\n')
TAIL = b"\r\n--b--\r\n"

TSC = """
import sys
from concurrent.futures import ThreadPoolExecutor
import tableauserverclient as tsc
work, url, user, password, trusted, workbook, count, file, threads = sys.argv[1:]
count, threads = int(count), int(threads)
server = tsc.Server(url, http_options={"verify": trusted or True})
server.version = %r
with server.auth.sign_in(tsc.TableauAuth(user, password)):
    if work == "get":
        def get(times):
            for _ in range(times):
                assert server.workbooks.get_by_id(workbook).name
        if threads == 1:
            get(count)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(get, [count // threads] * threads))
    elif work in ("list", "process"):
        options = tsc.RequestOptions(pagesize=1000)
        seen = sum(1 for _ in tsc.Pager(server.workbooks, options))
        assert seen == count, seen
    elif work == "upload":
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
    """The mock server, and a session for curl. Use in a `with` statement."""

    def __init__(self, program, workbooks, folder=None, https=False, fault=None):
        command = [program, "--workbooks", str(workbooks), "--datasources", "1"]
        self.trusted = ""
        if https:
            self.trusted = str(Path(folder) / "certificate.pem")
            command += ["--https", "--cert-out", self.trusted]
        if fault:
            command += ["--fault", fault]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.info = json.loads(self.process.stdout.readline())
        self.url = self.info["url"].rstrip("/")
        self.token = ""
        handlers = [urllib.request.ProxyHandler({})]
        if https:
            import ssl
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.trusted)))
        self.opener = urllib.request.build_opener(*handlers)
        body = ("<tsRequest><credentials name=%s password=%s><site contentUrl=''/></credentials></tsRequest>"
                % (quoteattr(self.info["username"]), quoteattr(self.info["password"])))
        root = ElementTree.fromstring(self.send("POST", f"/api/{VERSION}/auth/signin", body.encode()))
        self.token = root.find(f"{NAMESPACE}credentials").get("token")
        self.site = f"/api/{VERSION}/sites/" + root.find(f".//{NAMESPACE}site").get("id")
        page = ElementTree.fromstring(self.send("GET", self.site + "/workbooks?pageSize=1"))
        self.workbook = page.find(f".//{NAMESPACE}workbook").get("id")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def send(self, method, path, body=None, content_type="text/xml"):
        request = urllib.request.Request(self.url + path, data=body, method=method)
        request.add_header("X-Tableau-Auth", self.token)
        request.add_header("Content-Type", content_type)
        with self.opener.open(request) as response:
            return response.read()

    def start_upload(self):
        started = ElementTree.fromstring(self.send("POST", self.site + "/fileUploads"))
        return started.find(f"{NAMESPACE}fileUpload").get("uploadSessionId")

    def publish(self, chunks):
        """Publishes a workbook for the downloads."""
        upload = self.start_upload()
        mixed = "multipart/mixed; boundary=b"
        for chunk in chunks:
            self.send("PUT", f"{self.site}/fileUploads/{upload}", chunk.read_bytes(), mixed)
        body = HEAD.split(b"\r\n\r\n")[0] + b"\r\n\r\n<tsRequest><workbook name='Large'/></tsRequest>" + TAIL
        query = f"uploadSessionId={upload}&workbookType=twbx&overwrite=true"
        answer = self.send("POST", f"{self.site}/workbooks?{query}", body, mixed)
        self.workbook = ElementTree.fromstring(answer).find(f"{NAMESPACE}workbook").get("id")


class Work:
    """What the clients do in one table."""

    def __init__(self, name, count, file, chunks=(), threads=1):
        self.name, self.count, self.file, self.chunks, self.threads = name, count, file, chunks, threads

    def commands(self, client, tsc, folder):
        """The clients, with functions from the server to the arguments of a process."""
        def arguments(*command):
            return lambda mock: [*command, mock.url, mock.info["username"], mock.info["password"], mock.trusted,
                                 mock.workbook, str(self.count), str(self.file), str(self.threads)]
        commands = {"this library": arguments(client, "library", self.name)}
        if self.name == "list":
            commands["this library, `prefetch(4)`"] = arguments(client, "library", "prefetch")
        commands["ureq"] = arguments(client, "ureq", self.name)
        if self.threads == 1:
            commands["curl"] = lambda mock: self.curl(mock, Path(folder) / "curl")
        if tsc:
            commands["TSC"] = arguments(tsc, "-c", TSC, self.name)
        return commands

    def curl(self, mock, config):
        """The arguments of curl, which only transfers the bytes."""
        lines = [f'header = "X-Tableau-Auth: {mock.token}"', "silent", "fail"]
        if mock.trusted:
            lines.append(f'cacert = "{mock.trusted}"')
        base = f"{mock.url}{mock.site}"
        if self.name == "upload":
            lines += ['header = "Content-Type: multipart/mixed; boundary=b"', 'header = "Expect:"']
            lines += [f'upload-file = "{chunk}"' for chunk in self.chunks]
            urls = [f"{base}/fileUploads/{mock.start_upload()}"] * len(self.chunks)
        elif self.name == "get":
            urls = [f"{base}/workbooks/{mock.workbook}"] * self.count
        elif self.name == "download":
            urls = [f"{base}/workbooks/{mock.workbook}/content"]
        else:
            pages = range(1, -(-self.count // 1000) + 1)
            urls = [f"{base}/workbooks?pageNumber={page}&pageSize=1000" for page in pages]
        output = self.file if self.name == "download" else "/dev/null"
        for url in urls:
            lines += [f'url = "{url}"', f'output = "{output}"']
        config.write_text("\n".join(lines))
        return ["curl", "--config", str(config)]


def start(command):
    environment = {**os.environ, "NO_PROXY": "*", "no_proxy": "*"}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)


def check(command, code):
    if code != 0:
        sys.exit(f"failed with code {code}: {' '.join(command[:3])}")


def measure(command):
    """Runs a command; returns its wall time and its CPU time."""
    started = time.perf_counter()
    process = start(command)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    check(command, process.returncode)
    return wall, usage.ru_utime + usage.ru_stime


def peak(command):
    """Runs a command; returns its peak memory in MiB, or None. What `wait4` returns includes the memory of
    this process, which started it."""
    process, found = start(command), None
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        try:
            lines = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        except OSError:
            lines = []
        if lines:
            found = int(lines[0].split()[1]) / 1024
        time.sleep(0.0005)
    check(command, process.returncode)
    return found


def run(work, options, client, folder, mocks):
    """Measures all clients. `mocks` returns the server for one run. Returns, by client, the runs and the
    peak memory."""
    commands = work.commands(client, options.tsc, folder)
    peaks, runs = {}, {name: [] for name in commands}
    for name, command in commands.items():
        with mocks() as mock:
            peaks[name] = peak(command(mock))
    for _ in range(options.rounds):
        for name, command in commands.items():
            with mocks() as mock:
                runs[name].append(measure(command(mock)))
    return runs, peaks


class Kept:
    """A server that serves several runs."""

    def __init__(self, mock):
        self.mock = mock

    def __enter__(self):
        return self.mock

    def __exit__(self, *_):
        pass


def medians(runs):
    return [statistics.median(column) for column in zip(*runs)]


def noise(runs):
    walls = [wall for wall, _ in runs]
    if len(walls) < 3:
        return "–"
    low, middle, high = statistics.quantiles(walls, n=4)
    return f"± {(high - low) / 2 / middle:.0%}"


def table(title, measured):
    runs, peaks = measured
    base = medians(runs["ureq"])
    lines = [f"### {title}", "", "| client | wall | CPU | peak memory | wall to ureq | CPU to ureq | noise |",
             "|---|---|---|---|---|---|---|"]
    for client, of_client in runs.items():
        wall, cpu = medians(of_client)
        memory = f"{peaks[client]:.1f} MiB" if peaks[client] else "–"
        lines.append(f"| {client} | {wall * 1000:.1f} ms | {cpu * 1000:.1f} ms | {memory} | {wall / base[0]:.2f} | "
                     f"{cpu / max(base[1], 1e-4):.2f} | {noise(of_client)} |")
    return lines


def threads_table(title, one, eight):
    lines = [f"### {title}", "", "| client | 1 thread | 8 threads | times as fast | noise |", "|---|---|---|---|---|"]
    for client in one:
        walls = medians(one[client])[0], medians(eight[client])[0]
        lines.append(f"| {client} | {walls[0] * 1000:.0f} ms | {walls[1] * 1000:.0f} ms | {walls[0] / walls[1]:.2f} | "
                     f"{noise(one[client])}, {noise(eight[client])} |")
    return lines


def compare(options, server, client, folder):
    """Yields the lines of each table."""
    workbooks = max(round(options.size * 100), 1) * 1000
    gets = max(round(options.size * 2000), 20)
    mib = max(round(options.size * 1024), 4)
    slow = max(round(options.size * 50), 10) * 8
    file, target = Path(folder) / "large.twbx", Path(folder) / "got.twbx"
    chunks = write_files(file, mib, folder)
    for https in (False, True):
        scheme = "HTTPS" if https else "HTTP"

        def mock(count, **more):
            return Mock(server, count, folder, https, **more)

        with mock(workbooks) as large:
            work = Work("get", gets, file)
            yield table(f"{gets} requests for a workbook, {scheme}", run(work, options, client, folder, lambda: Kept(large)))
            work = Work("list", workbooks, file)
            title = f"List of {workbooks} workbooks, 1000 per page, {scheme}"
            yield table(title, run(work, options, client, folder, lambda: Kept(large)))
        with mock(12) as small:
            work = Work("process", 12, file)
            title = f"Process that signs in, lists 12 workbooks and signs out, {scheme}"
            yield table(title, run(work, options, client, folder, lambda: Kept(small)))
        # A server keeps what was uploaded in memory, so each upload has its own.
        work = Work("upload", 1, file, chunks)
        title = f"Upload of {mib} MiB in chunks of 50 MiB, {scheme}"
        yield table(title, run(work, options, client, folder, lambda: mock(12)))
        with mock(12) as small:
            small.publish(chunks)
            work = Work("download", 1, target)
            yield table(f"Download of {mib} MiB, {scheme}", run(work, options, client, folder, lambda: Kept(small)))
    with Mock(server, 12, fault=LATENCY) as distant:
        one, eight = (run(Work("get", slow, file, threads=threads), options, client, folder, lambda: Kept(distant))[0]
                      for threads in (1, 8))
        one.pop("curl")
        yield threads_table(f"{slow} requests at 20 ms of latency, by threads", one, eight)


def write_files(file, mib, folder):
    """Writes the file that is uploaded, and the same as bodies of requests."""
    chunks, left = [], mib * MIB
    with open(file, "wb") as out:
        while left > 0:
            block = os.urandom(min(CHUNK, left))
            if not chunks:
                block = b"PK\x03\x04" + block[4:]
            out.write(block)
            chunk = Path(folder) / f"chunk-{len(chunks)}"
            chunk.write_bytes(HEAD + block + TAIL)
            chunks.append(chunk)
            left -= len(block)
    return chunks


def machine():
    model = platform.processor() or platform.machine()
    try:
        info = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{os.cpu_count()} cores, {model}, {platform.system()}"


def write(text):
    begin, end = "<!-- compare: begin -->\n", "<!-- compare: end -->\n"
    document = DOCUMENT.read_text()
    before, rest = document.split(begin)
    _, after = rest.split(end)
    DOCUMENT.write_text(before + begin + text + end + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--size", type=float, default=1.0, metavar="FACTOR")
    parser.add_argument("--tsc", metavar="PYTHON")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    server, client = build()
    today = datetime.date.today()
    text = (f"Medians of {options.rounds} rounds on {today.day} {today:%B %Y}, with `--size {options.size:g}`, on a machine "
            f"with {machine()}.\n\n")
    print(text)
    with tempfile.TemporaryDirectory() as folder:
        for lines in compare(options, server, client, folder):
            part = "\n".join(lines) + "\n\n"
            print(part, end="", flush=True)
            text += part
    if options.write:
        write(text)


if __name__ == "__main__":
    main()
