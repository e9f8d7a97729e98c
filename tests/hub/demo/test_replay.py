"""Replay over HTTP into a real intake: once only, refusals told, a hub that restarts in the middle."""

import http.server
import json
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hub.cases.models import Case
from hub.demo.api import Api, Credentials, UnreachableError
from hub.demo.recording import Natures
from hub.demo.replay import Summary, replay
from tests.hub.demo.conftest import client
from tests.hub.demo.test_recording import GOOD, HEAD

pytestmark = pytest.mark.django_db(transaction=True)


def silent(summary: Summary) -> None:
    assert summary.read >= 0


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    file = tmp_path / "calls.csv"
    natures = ("FALL VICTIM", "FEVER", "CHOKING", "ALIEN LANDING", "BACK PAINS/INJURY")
    lines = [GOOD.replace("FALL VICTIM", nature) for nature in natures]
    file.write_text(HEAD + "".join(lines) + "broken\n")
    return file


def test_every_row_arrives_once_and_a_second_run_adds_nothing(cad_api: Api, calls: Path) -> None:
    first = replay(calls, cad_api, natures=Natures(), show=silent)
    assert (first.accepted, first.already_known, first.refused) == (5, 0, [])
    assert [line for line, _ in first.bad] == [7]
    assert first.unclear == {"ALIEN LANDING": 1}
    assert Case.objects.count() == 5
    assert Case.objects.get(code="FALL VICTIM").presentation == "fall"
    assert Case.objects.get(code="CHOKING").state == "awaiting_dispatch"
    second = replay(calls, cad_api, natures=Natures(), show=silent)
    assert (second.accepted, second.already_known) == (0, 5)
    assert Case.objects.count() == 5


def test_what_the_hub_refuses_is_told_with_line_and_reason(cad_api: Api, calls: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "map.csv"
    mapping.write_text("nature,presentation,category,segment,problem\nFALL VICTIM,fall,C3,B,Fell\n")
    summary = replay(calls, cad_api, natures=Natures(mapping), show=silent)
    assert summary.accepted == 4
    ((line, why),) = summary.refused
    assert line == 2
    assert "422" in why
    assert "segment" in why
    assert any("line 2 refused" in words for words in summary.lines())


def test_a_limit_and_a_hub_that_is_away(calls: Path) -> None:
    nobody = Api("http://127.0.0.1:9", Credentials("id", "secret"), patience=0.3)
    try:
        with pytest.raises(UnreachableError, match="does not answer"):
            replay(calls, nobody, natures=Natures(), limit=1, show=silent)
    finally:
        nobody.close()


class Flaky(http.server.BaseHTTPRequestHandler):
    """A hub that restarts in the middle: takes the case, then loses the answer, answers 503, and then well."""

    seen: list[tuple[str, str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/token/":
            self._answer(200, {"access_token": "t", "expires_in": 300})
            return
        self.seen.append((self.headers["Idempotency-Key"], json.loads(body)["cad_number"]))
        if len(self.seen) == 1:
            self.connection.close()
        else:
            self._answer(503 if len(self.seen) == 2 else 201, {})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """A cut connection is what this test is about."""


def test_a_lost_answer_is_asked_for_again_with_the_same_key(calls: Path) -> None:
    server = QuietServer(("127.0.0.1", 0), Flaky)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    api = Api(f"http://127.0.0.1:{server.server_address[1]}", Credentials("id", "secret"), patience=10)
    try:
        summary = replay(calls, api, natures=Natures(), limit=1, show=silent)
    finally:
        api.close()
        server.shutdown()
        server.server_close()
        thread.join()
    assert summary.accepted == 1
    assert len(Flaky.seen) == 3
    assert len(set(Flaky.seen)) == 1


def test_the_command_prints_a_summary_and_fails_when_rows_were_lost(
    live_server: Any, calls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    known = client("test-cad", "cad")
    file = tmp_path / "clients.json"
    file.write_text(json.dumps({"cad": {"client_id": known.client_id, "client_secret": known.client_secret}}))

    def run(**more: Any) -> None:
        call_command("replay_calls", str(calls), url=live_server.url, clients=file, **more)

    with pytest.raises(SystemExit):
        run()
    told = capsys.readouterr()
    assert "6 rows: 5 accepted" in told.out
    assert "line 7 unreadable" in told.out
    with suppress(SystemExit):
        run(limit=2, speed=100_000.0)
    assert "2 already known" in capsys.readouterr().out


def test_the_command_says_in_words_what_it_lacks(live_server: Any, calls: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No client"):
        call_command("replay_calls", str(calls), url=live_server.url, clients=tmp_path / "none.json")
    file = tmp_path / "clients.json"
    file.write_text(json.dumps({"cad": {"client_id": "x", "client_secret": "y"}}))
    with pytest.raises(CommandError, match="no token: 401"):
        call_command("replay_calls", str(calls), url=live_server.url, clients=file)
