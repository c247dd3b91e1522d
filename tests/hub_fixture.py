"""A small model hub on loopback: what huggingface_hub's client asks of the real one, and faults on order."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_LARGE = (".safetensors", ".bin", ".spm")


@dataclass
class Faults:
    """What goes wrong: statuses by a path's end, first answers cut after so many bytes, bytes changed."""

    status: dict[str, int] = field(default_factory=dict)
    retry_after: str = ""
    error_code: str = ""
    gone_after_cut: bool = False
    cut_after: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)


class LoopbackHub:
    """Serves repositories of files by commit; `requests` tells what was asked: method, path, Range header."""

    def __init__(self) -> None:
        self.repositories: dict[str, dict[str, dict[str, bytes]]] = {}
        self.newest: dict[str, str] = {}
        self.faults = Faults()
        self.requests: list[tuple[str, str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> LoopbackHub:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def publish(self, repository: str, folder: Path) -> str:
        """Add a folder as a repository's newest commit; return the commit."""
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        files[".gitattributes"] = b"*.spm filter=lfs\n"
        commit = hashlib.sha1(b"".join(files.values())).hexdigest()
        self.repositories.setdefault(repository, {})[commit] = files
        self.newest[repository] = commit
        return commit

    def fetched(self, name: str) -> list[str]:
        """The Range headers of the requests that asked for a file's bytes, "" for the whole."""
        return [span for method, path, span in self.requests if method == "GET" and path.endswith(f"/{name}")]

    def answer(
        self, method: str, path: str, headers: Mapping[str, str]
    ) -> tuple[int, dict[str, str], bytes, int]:
        """Status, headers, body, and after how many bytes of it to break off (-1: never)."""
        self.requests.append((method, path, headers.get("Range", "")))
        for end, status in self.faults.status.items():
            if path.endswith(end):
                said = {"Retry-After": self.faults.retry_after, "X-Error-Code": self.faults.error_code}
                return status, {name: value for name, value in said.items() if value}, b"{}", -1
        if path.startswith("/api/models/"):
            return self._info(path.removeprefix("/api/models/"))
        return self._file(path.lstrip("/"), headers)

    def _info(self, rest: str) -> tuple[int, dict[str, str], bytes, int]:
        repository, _, revision = rest.partition("/revision/")
        commit = self._commit(repository, revision or "main")
        if not commit:
            missing = "RevisionNotFound" if repository in self.repositories else "RepoNotFound"
            return 404, {"X-Error-Code": missing}, b"{}", -1
        siblings = []
        for name, content in self.repositories[repository][commit].items():
            sibling: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": _blob(content)}
            if name.endswith(_LARGE):
                sibling["lfs"] = {
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                    "pointerSize": 134,
                }
            siblings.append(sibling)
        body = json.dumps(
            {"_id": "0", "id": repository, "sha": commit, "siblings": siblings, "private": False, "tags": []}
        )
        return 200, {"Content-Type": "application/json"}, body.encode(), -1

    def _file(self, rest: str, headers: Mapping[str, str]) -> tuple[int, dict[str, str], bytes, int]:
        repository, _, tail = rest.partition("/resolve/")
        revision, _, name = tail.partition("/")
        commit = self._commit(repository, revision)
        if not commit:
            return 404, {"X-Error-Code": "RevisionNotFound"}, b"", -1
        content = self.repositories[repository][commit].get(name)
        if content is None:
            return 404, {"X-Error-Code": "EntryNotFound"}, b"", -1
        large = name.endswith(_LARGE)
        tag = hashlib.sha256(content).hexdigest() if large else _blob(content)
        if name in self.faults.changed:
            content = bytes([content[0] ^ 1]) + content[1:]
        said = {"ETag": f'"{tag}"', "X-Repo-Commit": commit, "Accept-Ranges": "bytes"}
        status, body = 200, content
        if span := headers.get("Range", ""):
            start = int(span.removeprefix("bytes=").split("-")[0])
            status, body = 206, content[start:]
            said["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        return status, said, body, self.faults.cut_after.get(name, -1)

    def _commit(self, repository: str, revision: str) -> str:
        commits = self.repositories.get(repository, {})
        return (
            self.newest.get(repository, "") if revision == "main" else revision if revision in commits else ""
        )


def _blob(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _handler(hub: LoopbackHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

        def _answer(self) -> None:
            path = unquote(urlsplit(self.path).path)
            status, said, body, cut = hub.answer(self.command, path, self.headers)
            self.send_response(status)
            for name, value in said.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "HEAD":
                return
            if 0 <= cut < len(body):
                hub.faults.cut_after.pop(path.rsplit("/", 1)[-1], None)
                if hub.faults.gone_after_cut:
                    hub.faults.status[""] = 404
                self.wfile.write(body[:cut])
                self.wfile.flush()
                self.close_connection = True
                self.connection.close()
                return
            self.wfile.write(body)

    return Handler
