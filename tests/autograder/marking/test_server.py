"""The web server of `cs231n mark`: who may ask it what, and what it answers when something is wrong."""

import asyncio
import http.client
import json
import re
from urllib.parse import urlsplit

import pytest
from marked_class import given_to, served
from sqlalchemy.exc import OperationalError

from autograder.course.workspace import Workspace
from autograder.errors import KitError
from autograder.marking.desk import Desk
from autograder.marking.server import HEADERS, MOST_BODY

pytestmark = pytest.mark.slow


class Client:
    """A browser without a page: it keeps cookies, and sends what it is told."""

    def __init__(self, address):
        self.address = urlsplit(address)
        self.cookies, self.headers = {}, {}

    def ask(self, path, data=None, method=None, host=None, **headers):
        connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=60)
        body = data if isinstance(data, bytes | None) else json.dumps(data).encode()
        connection.putrequest(method or ("GET" if body is None else "POST"), path, skip_host=True)
        sent = {"Host": host or self.address.netloc, **self.headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent["Content-Length"] = str(len(body))
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.text = answer.read().decode()
        connection.close()
        return answer

    def enter(self):
        """Follow the printed address as a browser does."""
        answer = self.ask(f"{self.address.path}?{self.address.query}")
        assert (answer.status, answer.headers["Location"]) == (302, "/")
        for cookie in answer.headers.get_all("Set-Cookie"):
            self.cookies.update([re.match(r"([^=]+)=([^;]*)", cookie).groups()])
        page = self.ask("/")
        for cookie in page.headers.get_all("Set-Cookie") or []:
            self.cookies.update([re.match(r"([^=]+)=([^;]*)", cookie).groups()])
        self.headers["X-XSRFToken"] = re.search(r'data-xsrf="([^"]+)"', page.text)[1]
        return self


@pytest.fixture
def desk(workspace):
    made = Desk(Workspace(workspace.root), "pictures", "maria")
    yield made
    made.close()


@pytest.fixture
def address(desk):
    with served(desk) as address:
        yield address


@pytest.fixture
def client(address):
    return Client(address).enter()


@pytest.fixture
def question(desk):
    return f"/api/question/{next(iter(desk.entries))}"


@pytest.fixture
def stroke(client, question):
    """stroke(change, **other headers) marks ann's answer; the value of `path` is where it is sent."""
    page = json.loads(client.ask(question).text)
    id = page["answers"][0]["id"]
    seen = {"mark": page["now"]["marks"][id]["seen"], "scheme": page["now"]["scheme"]}
    seen["work"] = json.loads(client.ask(f"{question}/answer/{id}").text)["whole"]

    def send(change, by=client, **headers):
        return by.ask(f"{question}/answer/{id}", {**seen, "change": change}, **headers)

    send.path = f"{question}/answer/{id}"
    return send


def test_a_stroke_reaches_the_gradebook(stroke, workspace):
    answer = stroke({"points": 2.5})
    assert answer.status == 200 and given_to(workspace, "ann") == (2.5, False, None)
    assert stroke({"points": 1}).status == 409 and given_to(workspace, "ann")[0] == 2.5


def test_it_listens_on_loopback_only(address):
    assert urlsplit(address).hostname == "127.0.0.1"
    with pytest.raises(OSError):
        http.client.HTTPConnection("127.0.0.2", urlsplit(address).port, timeout=5).connect()


@pytest.mark.parametrize(
    "path", ["/", "/?token=wrong", "/?token=", "{question}", "{question}/now", "/question/x", "/x"]
)
def test_nobody_gets_in_without_the_token(address, question, path):
    stranger = Client(address)
    answer = stranger.ask(path.format(question=question))
    assert answer.status == 403 and "Set-Cookie" not in answer.headers
    assert "ann" not in answer.text and "Open the address that cs231n mark has printed" in answer.text
    stranger.cookies = {f"cs231n-mark-{stranger.address.port}": "guess"}
    assert stranger.ask(path.format(question=question)).status == 403


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8231", "127.0.0.1.evil.example", "localhost.", ""])
def test_a_request_for_another_host_is_refused(client, address, host):
    """A page of evil.example, whose name now leads to this machine, would otherwise read everything."""
    assert client.ask("/", host=host or " ").status in (400, 403)
    assert client.ask(f"{urlsplit(address).path}?{urlsplit(address).query}", host=host or " ").status in (400, 403)


@pytest.mark.parametrize("host", ["localhost:{port}", "LOCALHOST:9000", "127.0.0.1", "[::1]:{port}"])
def test_other_names_of_this_machine_are_accepted(client, host):
    """Through a tunnel, the port is another one."""
    assert client.ask("/", host=host.format(port=client.address.port)).status == 200


def test_no_other_site_can_send_a_stroke(client, stroke, workspace):
    token = client.headers.pop("X-XSRFToken")
    assert stroke({"points": 4.0}).status == 403
    assert stroke({"points": 4.0}, **{"X-XSRFToken": re.sub(r"\w{32}", "0" * 32, token)}).status == 403
    assert stroke({"points": 4.0}, **{"X-XSRFToken": token, "Origin": "http://evil.example"}).status == 403
    assert stroke({"points": 4.0}, **{"X-XSRFToken": token, "Origin": "null"}).status == 403
    assert given_to(workspace, "ann")[0] is None
    assert stroke({"points": 4.0}, **{"X-XSRFToken": token, "Origin": f"http://{client.address.netloc}"}).status == 200


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(address):
    stranger = Client(address)
    first = stranger.ask(f"/?{stranger.address.query}")
    [cookie] = first.headers.get_all("Set-Cookie")
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and stranger.address.query.split("=")[1] not in cookie
    [xsrf] = stranger.enter().ask("/", **{}).headers.get_all("Set-Cookie") or ["HttpOnly; SameSite=Lax"]
    assert "HttpOnly" in xsrf and "SameSite=Lax" in xsrf


@pytest.mark.parametrize("path", ["/", "{question}", "/static/mark.js", "/missing", "{question}/now", "/api/missing"])
def test_every_answer_has_the_headers_that_protect_it(client, question, path):
    answer = client.ask(path.format(question=question))
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS and "Server" not in answer.headers
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src 'self'" in policy


def test_the_whole_text_of_an_answer_is_a_page_of_text_without_an_origin(client, stroke, marked_class):
    answer = client.ask(stroke.path.replace("/api", "") + "/text")
    assert answer.text == marked_class.far and answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "change",
    [{}, {"points": "2"}, {"points": None}, {"points": True}, {"points": 10**400}, {"points": 5}, {"ticks": "x"}]
    + [{"ticks": [1]}, {"ticks": ["x"]}, {"flagged": 1}, {"comment": 1}, {"marker": "x"}, "x", None],
    ids=str,
)
def test_a_change_that_is_none_is_refused(stroke, workspace, change):
    answer = stroke(change)
    assert answer.status == 400 and json.loads(answer.text)["message"]
    assert given_to(workspace, "ann") == (None, True, None)


@pytest.mark.parametrize("body", [b"", b"x", b"[]", b"{}", b'{"change": NaN}', b"\xff"])
def test_a_body_that_is_no_change_is_refused(client, stroke, body):
    assert client.ask(stroke.path, body).status == 400


def test_a_body_that_is_too_large_is_refused(client, stroke):
    try:
        assert client.ask(stroke.path, b" " * (MOST_BODY + 1)).status == 400
    except OSError:  # the server has hung up already
        pass
    assert stroke({"points": 1}).status == 200


def test_unknown_addresses_and_methods(client, question, stroke):
    unknown = "0" * 32
    for path in ("/missing", f"/question/{unknown}", f"/api/question/{unknown}", f"{question}/answer/{unknown}"):
        assert client.ask(path).status == 404
    assert client.ask(f"/static/{'../server.py'}").status == 404 and client.ask("/static/layout.html.j2").status == 404
    assert client.ask(f"{question}/blank").status == 405 and client.ask(question, {}).status == 405
    assert client.ask(stroke.path, {}, method="PUT").status == 405


def test_a_database_that_fails_is_said_so_that_the_page_tries_again(client, question, stroke, desk, monkeypatch):
    def fail(*_):
        raise OperationalError("SELECT secret", {}, Exception("the disk is full"))

    monkeypatch.setattr(desk.marks, "question", fail)
    answer = stroke({"points": 1})
    assert answer.status == 503 and "the disk is full" in answer.text and "secret" not in answer.text
    monkeypatch.undo()
    assert stroke({"points": 1}).status == 200


def test_what_a_page_asks_while_the_server_ends_is_no_error(desk, caplog):
    from tornado.httpclient import AsyncHTTPClient

    from autograder.marking.server import start

    async def ask():
        server, client = start(desk, 0), AsyncHTTPClient(force_instance=True)
        server.executor.shutdown()  # the server ends while a request is on its way
        entered = await client.fetch(server.address, follow_redirects=False, raise_error=False)
        cookies = "; ".join(cookie.partition(";")[0] for cookie in entered.headers.get_list("Set-Cookie"))
        question = f"{server.address.partition('?')[0]}api/question/{next(iter(desk.entries))}/now"
        answer = await client.fetch(question, headers={"Cookie": cookies}, raise_error=False)
        client.close()
        await server.stop()
        return answer

    answer = asyncio.run(ask())
    assert (answer.code, json.loads(answer.body)) == (503, {"message": "cs231n mark is ending."})
    assert caplog.records == []


def test_remarks_scheme_and_who_marks(client, question):
    now = json.loads(client.ask(f"{question}/remark", {"text": "See lecture 2."}).text)
    assert [remark["text"] for remark in now["remarks"]] == ["See lecture 2."]
    assert client.ask(f"{question}/remark/drop", {"id": now["remarks"][0]["id"]}).status == 200
    lines = [{"id": "", "points": 1, "text": "all of it"}]
    assert client.ask(f"{question}/scheme", {"seen": "old", "lines": lines}).status == 409
    changed = json.loads(client.ask(f"{question}/scheme", {"seen": now["scheme"], "lines": lines}).text)
    assert [line["text"] for line in changed["lines"]] == ["all of it"]
    assert client.ask(f"{question}/scheme", {"seen": changed["scheme"], "lines": [1]}).status == 400
    assert client.ask(f"{question}/assigned", {"to": "noor"}).status == 200
    assert 'value="noor"' in client.ask("/").text


def test_a_port_that_is_taken(address, desk):
    from autograder.marking.server import start

    with pytest.raises(KitError, match="Cannot listen on port"):
        start(desk, urlsplit(address).port)


def test_it_starts_again_at_once_on_its_port(desk):
    from autograder.marking.server import start

    async def again(port):
        server = start(desk, port)
        await server.stop()

    with served(desk) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.request("GET", "/")
        connection.getresponse().read()  # the server closes this connection first, so the system keeps it for a while
    connection.close()
    asyncio.run(again(urlsplit(address).port))


def test_names_are_escaped_in_the_pages(workspace):
    desk = Desk(Workspace(workspace.root), "pictures", "<b>maria</b>")
    desk.assign(next(iter(desk.entries)), '"><script>')
    with served(desk) as address:
        page = Client(address).enter().ask("/").text
    desk.close()
    assert "<b>maria" not in page and "<script>" not in page and "&lt;b&gt;maria" in page
