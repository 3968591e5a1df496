"""A small server that speaks the hub's protocol on this machine, so that fetching is tested without the internet."""

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

CONVERTED = "refs/convert/parquet"


@dataclass
class Repository:
    """A data set or a model on the server: its files by name, and how it behaves."""

    files: dict[str, bytes]
    converted: dict[str, bytes] = field(default_factory=dict)  # the hub's plain copy of a set that is a program
    is_gated: bool = False
    cut_after: int | None = None  # bytes of a data file after which the connection is cut
    altered: frozenset[str] = frozenset()  # files that arrive with other bytes than the listing says

    def at(self, revision: str) -> dict[str, bytes] | None:
        """Return the files of a branch or commit."""
        states = {"main": self.files, sha(self.files): self.files}
        if self.converted:
            states |= {CONVERTED: self.converted, sha(self.converted): self.converted}
        return states.get(revision)


def sha(files: dict[str, bytes]) -> str:
    """Return a commit's id."""
    content = json.dumps({name: hashlib.sha1(content).hexdigest() for name, content in sorted(files.items())})
    return hashlib.sha1(content.encode()).hexdigest()


class HubServer:
    """The server; `repositories` may be changed while it runs."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.requests: list[str] = []  # "GET /datasets/a/b/resolve/main/README.md"
        self.ranges: list[str] = []  # "bytes=100-": what was asked for of files
        self.says_instead: bytes | None = None  # to every request, as a network's login page would
        self.fails_with: int | None = None  # a status to every request
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": self}))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop; afterwards connections are refused."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    hub: HubServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.hub.requests.append(f"{self.command} {self.path}")
        self.hub.ranges += filter(None, [self.headers.get("Range")])
        if self.hub.fails_with is not None:
            return self._say(b"", self.hub.fails_with, "")
        if self.hub.says_instead is not None:
            return self._say(self.hub.says_instead, 200, "")
        path = unquote(urlsplit(self.path).path)
        if found := re.fullmatch(r"(?:/datasets)?/([^/]+/[^/]+)/resolve/(.+?)/(.+)", self._merged(path)):
            self._file(*found.groups())
        elif found := re.match(r"/api/(?:datasets|models)/([^/]+/[^/]+)(.*)", path):
            self._api(*found.groups())
        else:
            self._json({}, 404)

    do_HEAD = do_POST = do_GET

    def _merged(self, path: str) -> str:
        return path.replace(CONVERTED, CONVERTED.replace("/", "\\"))

    def _api(self, name: str, rest: str) -> None:
        if self.command == "POST":
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        repository = self.hub.repositories.get(name)
        if repository is None:
            return self._json({"error": "Repository not found"}, 404, "RepoNotFound")
        if rest == "/auth-check":
            return self._denied() if self._is_closed(repository) else self._json({})
        _, kind, revision, *_ = [*rest.split("/", 2), "", ""]
        if rest.startswith(("/tree/", "/paths-info/")) and CONVERTED not in rest:
            revision = revision.split("/")[0]
        files = repository.at(revision or "main")
        if files is None:
            return self._json({"error": "Invalid rev id"}, 404, "RevisionNotFound")
        listed = [self._listed(file, content) for file, content in files.items()]
        if kind == "tree":
            under = rest.removeprefix(f"/tree/{revision}").strip("/")
            return self._json(self._tree(files, under, "recursive=True" in self.path or "recursive=true" in self.path))
        if kind == "paths-info":
            return self._json([item for item in listed if item["path"] in unquote(body)])
        siblings = [self._sibling(file, content) for file, content in files.items()]
        gated = "auto" if repository.is_gated else False
        card = {"license": "mit"}
        return self._json(
            {
                "id": name,
                "sha": sha(files),
                "siblings": siblings,
                "gated": gated,
                "private": False,
                "disabled": False,
                "downloads": 0,
                "likes": 0,
                "tags": [],
                "cardData": card,
            }
        )

    def _tree(self, files: dict[str, bytes], under: str, recursive: bool) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        start = f"{under}/" if under else ""
        for file, content in files.items():
            if not file.startswith(start):
                continue
            parts = file.removeprefix(start).split("/")
            for depth in range(1, len(parts) if recursive else min(2, len(parts))):
                folder = start + "/".join(parts[:depth])
                found[folder] = {"type": "directory", "path": folder, "oid": "0" * 40, "size": 0}
            if recursive or len(parts) == 1:
                found[file] = self._listed(file, content)
        return list(found.values())

    def _listed(self, file: str, content: bytes) -> dict[str, Any]:
        oid = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        return {"type": "file", "path": file, "size": len(content), "oid": oid}

    def _sibling(self, file: str, content: bytes) -> dict[str, Any]:
        large = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 100}
        oid = self._listed(file, content)["oid"]
        lfs = {"lfs": large} if file.endswith(".safetensors") else {}
        return {"rfilename": file, "size": len(content), "blobId": oid, **lfs}

    def _is_closed(self, repository: Repository) -> bool:
        return repository.is_gated and self.headers.get("Authorization") != "Bearer hf_right"

    def _file(self, name: str, revision: str, file: str) -> None:
        repository = self.hub.repositories.get(name)
        if repository is None:
            return self._json({}, 404, "RepoNotFound")
        files = repository.at(revision.replace("\\", "/"))
        if files is None:
            return self._json({}, 404, "RevisionNotFound")
        if self._is_closed(repository):
            return self._denied()
        if file not in files:
            return self._json({}, 404, "EntryNotFound")
        content = files[file][::-1] if file in repository.altered else files[file]
        self._send(files, content, repository.cut_after if file != "README.md" else None)

    def _send(self, files: dict[str, bytes], content: bytes, cut_after: int | None) -> None:
        begin, end = 0, len(content)
        if asked := re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", "")):
            begin, end = int(asked[1]), min(int(asked[2] or len(content)) + 1, len(content))
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(content)}")
        self.send_header("Content-Length", str(end - begin))
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", sha(files))
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content[begin:end] if cut_after is None else content[begin : min(end, cut_after)])
            if cut_after is not None:
                self.close_connection = True

    def _denied(self) -> None:
        self._json({"error": "Access is restricted"}, 403, "GatedRepo")

    def _json(self, answer: Any, status: int = 200, error: str = "") -> None:
        self._say(json.dumps(answer).encode(), status, error)

    def _say(self, body: bytes, status: int, error: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if error:
            self.send_header("X-Error-Code", error)
            self.send_header("X-Error-Message", "no")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
