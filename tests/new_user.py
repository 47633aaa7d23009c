#!/usr/bin/env python3
"""Does what a new user does, in an empty folder, with nothing but the README and the guide.

Runs the commands of `README.md`, `docs/quickstart.md` and `docs/cookbook.md` as they are, and builds
and runs their programs unchanged in the packages that the commands make. Only the placeholders for
address, token and site are replaced, by those of the mock server. Compiles the programs of the other
pages, each with only the crates that its page tells to add.

    cargo build --features mock --bin tableau-mock-server
    python3 tests/new_user.py --server target/debug/tableau-mock-server --target-dir target/new-user
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def blocks(text, language):
    """The code blocks of a language, each with the heading above it."""
    heading, block = "", None
    for line in text.splitlines(keepends=True):
        if line.startswith("```") and block is None:
            block, of = "", re.split(r"[,\s]", line[3:])[0]
        elif line.startswith("```"):
            if of == language:
                yield heading, block
            block = None
        elif block is not None:
            block += line
        elif line.startswith("#"):
            heading = line.strip("# \n")


class Walk:
    """A folder beside a clone of the library, and the mock server."""

    def __init__(self, folder, server, target):
        self.folder = folder
        (folder / "tableau-server-client").symlink_to(ROOT)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TABLEAU_")}
        self.environment = clean | {"CARGO_TARGET_DIR": str(target.resolve()),
                                    "CARGO_PROFILE_DEV_DEBUG": "none"}
        self.server = server

    def page(self, name):
        return (ROOT / name).read_text(encoding="utf-8")

    def commands(self, text):
        """Runs commands, one line each, and returns the folder where they end."""
        script = f"set -e\n{text}\npwd"
        out = subprocess.run(["bash", "-c", script], cwd=self.folder, env=self.environment, check=True,
                             stdout=subprocess.PIPE, text=True).stdout
        return pathlib.Path(out.splitlines()[-1])

    def run(self, package, variables=None):
        """What the program of a package prints."""
        return subprocess.run(["cargo", "run", "--quiet"], cwd=package, env=self.environment | (variables or {}),
                              check=True, stdout=subprocess.PIPE, text=True).stdout

    def on_server(self, program):
        """A program with the address and the token of the mock server instead of placeholders."""
        values = {
            "https://tableau.example.com": self.server["url"],
            "TOKEN-NAME": self.server["token_name"],
            "TOKEN-SECRET": self.server["token_secret"],
            "SITE": self.server["site"],
        }
        for placeholder, value in values.items():
            program = program.replace(f'"{placeholder}"', json.dumps(value))
        return program


def front_page(walk):
    text = walk.page("README.md")
    (_, program), = blocks(text, "rust")
    commands = next(commands for heading, commands in blocks(text, "console") if heading == "Use it")
    package = walk.commands(commands)
    (package / "src/main.rs").write_text(walk.on_server(program), encoding="utf-8")
    assert len(walk.run(package).splitlines()) == 12, "the workbooks of the mock server"


def quick_start(walk):
    text = walk.page("docs/quickstart.md")
    (_, commands), = blocks(text, "console")
    (_, expected), = blocks(text, "text")
    (_, first), (_, own) = blocks(text, "rust")
    package = walk.commands(commands)
    (package / "src/main.rs").write_text(first, encoding="utf-8")
    printed = walk.run(package)
    assert printed == expected, printed
    (package / "src/main.rs").write_text(walk.on_server(own), encoding="utf-8")
    variables = {"TABLEAU_TOKEN_NAME": walk.server["token_name"],
                 "TABLEAU_TOKEN_VALUE": walk.server["token_secret"]}
    assert len(walk.run(package, variables).splitlines()) == 12


def cookbook(walk):
    text = walk.page("docs/cookbook.md")
    (_, commands), = blocks(text, "console")
    package = walk.commands(commands)
    binaries = package / "src/bin"
    binaries.mkdir()
    names = []
    for heading, program in blocks(text, "rust"):
        names.append(re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-"))
        (binaries / f"{names[-1]}.rs").write_text(program, encoding="utf-8")
    assert len(names) >= 30, names
    subprocess.run(["cargo", "build", "--quiet", "--bins"], cwd=package, env=walk.environment, check=True)
    for name in names:
        program = pathlib.Path(walk.environment["CARGO_TARGET_DIR"]) / "debug" / name
        subprocess.run([program], cwd=package, env=walk.environment, check=True,
                       stdout=subprocess.DEVNULL)
    return f"{len(names)} programs"


def other_pages(walk):
    count = 0
    (_, commands), = blocks(walk.page("docs/quickstart.md"), "console")
    for file in sorted((ROOT / "docs").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        programs = [program for _, program in blocks(text, "rust")]
        if not programs or file.stem in ("quickstart", "cookbook"):
            continue
        crates = re.findall(r"`(cargo add [^`]+)`", text)
        package = walk.commands(commands.replace("tableau-hello", file.stem) + "\n".join(crates))
        binaries = package / "src/bin"
        binaries.mkdir()
        for number, program in enumerate(programs):
            (binaries / f"program{number}.rs").write_text(program, encoding="utf-8")
        subprocess.run(["cargo", "check", "--quiet", "--bins"], cwd=package, env=walk.environment, check=True)
        count += len(programs)
    assert count >= 60, count
    return f"{count} programs"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--server", required=True, help="the program tableau-mock-server")
    arguments.add_argument("--target-dir", required=True, type=pathlib.Path)
    arguments = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder, \
            subprocess.Popen([arguments.server], stdout=subprocess.PIPE, text=True) as server:
        try:
            info = json.loads(server.stdout.readline())
            walk = Walk(pathlib.Path(folder), info, arguments.target_dir)
            for step in (front_page, quick_start, cookbook, other_pages):
                print(f"{step.__name__}: {step(walk) or 'ok'}")
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
