"""The web server of `cs231n mark`: on this machine only, for those who have its token.

docs/security.md says what it protects against. The pages are in `pages/`. Work that reads files or the database runs in
threads, so a large class or a slow database does not hold up other requests.
"""

import hmac
import json
import logging
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy.exc import SQLAlchemyError
from tornado import web
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest, split_host_and_port
from tornado.ioloop import IOLoop

from autograder.course.database_errors import error_in_words
from autograder.errors import KitError
from autograder.grading.hand_marks import Change, Changed, Line
from autograder.marking.desk import Desk, Unknown, WorkChanged
from autograder.text import printable

LOOPBACK = "127.0.0.1"
HOSTS = {LOOPBACK, "localhost", "[::1]"}  # names of this machine; any other may be an attacker's (DNS rebinding)
FIRST_PORT, PORTS = 8231, 20
MOST_BODY = 500_000  # bytes of a request
THREADS = 4
ID = "([0-9a-zA-Z-]{1,64})"
STATIC = {"mark.js": "text/javascript; charset=utf-8", "mark.css": "text/css; charset=utf-8"}
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",  # students' work does not stay in the browser
}
LOG = logging.getLogger("autograder.marking")


@dataclass
class MarkingServer:
    """A server that listens, from its creation on, and answers once the loop runs.

    Attributes
    ----------
    address
        The address of the first page, with the token.
    """

    address: str
    http: HTTPServer
    executor: ThreadPoolExecutor

    async def stop(self) -> None:
        self.http.stop()
        await self.http.close_all_connections()
        self.executor.shutdown(cancel_futures=True)


def start(desk: Desk, port: int | None = None) -> MarkingServer:
    """Serve the desk in the running loop. Raises KitError if the port, or every port that is tried, is taken."""
    listening = _listen([port] if port is not None else range(FIRST_PORT, FIRST_PORT + PORTS))
    token, found = secrets.token_urlsafe(24), listening.getsockname()[1]
    executor = ThreadPoolExecutor(THREADS, thread_name_prefix="marking")
    http = HTTPServer(_application(desk, executor, token, found), max_body_size=MOST_BODY)
    http.add_socket(listening)
    return MarkingServer(f"http://{LOOPBACK}:{found}/?{urlencode({'token': token})}", http, executor)


def _listen(ports: "list[int] | range") -> socket.socket:
    for port in ports:
        made = socket.socket()
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((LOOPBACK, port))
            made.listen(128)
            made.setblocking(False)
            return made
        except OSError as error:
            made.close()
            why = error.strerror
    raise KitError(f"Cannot listen on port {ports[0]}: {why}.", "Choose another port with --port.")


def _application(desk: Desk, executor: ThreadPoolExecutor, token: str, port: int) -> web.Application:
    question = rf"/api/question/{ID}"
    routes: list[Any] = [
        (r"/", _Overview),
        (rf"/question/{ID}", _Question),
        (rf"/question/{ID}/answer/{ID}/text", _Text),
        (question, _Api, {"get": lambda request, id: desk.question(id)}),
        (rf"{question}/now", _Api, {"get": lambda request, id: desk.now(id, request.get_query_argument("known", ""))}),
        (
            rf"{question}/answer/{ID}",
            _Api,
            {
                "get": lambda request, id, answer: desk.answer(id, answer),
                "post": lambda body, id, answer: desk.change(id, answer, _seen(body), _change(body)),
            },
        ),
        (
            rf"{question}/answer/{ID}/same",
            _Api,
            {"post": lambda body, id, answer: desk.give_the_same(id, answer, _string(body, "seen"))},
        ),
        (rf"{question}/blank", _Api, {"post": lambda body, id: desk.give_nothing_to_blank(id)}),
        (
            rf"{question}/scheme",
            _Api,
            {"post": lambda body, id: desk.change_scheme(id, _string(body, "seen"), _lines(body))},
        ),
        (rf"{question}/remark", _Api, {"post": lambda body, id: desk.keep_remark(id, _string(body, "text"))}),
        (rf"{question}/remark/drop", _Api, {"post": lambda body, id: desk.drop_remark(id, _string(body, "id"))}),
        (rf"{question}/assigned", _Api, {"post": lambda body, id: desk.assign(id, _string(body, "to"))}),
        (r"/static/([a-z.]+)", _Static),
    ]
    environment = Environment(
        loader=PackageLoader("autograder.marking", "pages"), autoescape=True, undefined=StrictUndefined
    )
    return web.Application(
        routes,
        default_handler_class=_Missing,
        log_function=_log,
        xsrf_cookies=True,
        # browsers send a cookie to every port of a host, so the names contain the port
        xsrf_cookie_name=f"cs231n-mark-xsrf-{port}",
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Lax"},
        kit_cookie=f"cs231n-mark-{port}",
        kit_secret=secrets.token_urlsafe(24),
        kit_token=token,
        kit_desk=desk,
        kit_executor=executor,
        kit_pages=environment,
    )


class _Handler(web.RequestHandler):
    """Refuses requests from elsewhere and without the cookie, and reports errors as the page expects them."""

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    @property
    def desk(self) -> Desk:
        return self.settings["kit_desk"]

    def prepare(self) -> None:
        host = split_host_and_port(self.request.host.lower())[0]
        origin = self.request.headers.get("Origin")
        if host not in HOSTS or origin not in (None, f"http://{self.request.host}"):
            raise web.HTTPError(403, reason="Refused: the request comes from another site")
        if not _equal(self.get_cookie(self.settings["kit_cookie"]) or "", self.settings["kit_secret"]):
            self.without_cookie()

    def without_cookie(self) -> None:
        raise web.HTTPError(403, reason="Open the address that cs231n mark has printed")

    async def done(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """The result of `work` in a thread; its errors become answers that say what happened."""
        try:
            begun = IOLoop.current().run_in_executor(self.settings["kit_executor"], work, *arguments)
        except RuntimeError:  # the server stops; errors of the work itself are raised below
            raise _Refused(503, {"message": "cs231n mark is ending."}) from None
        try:
            return await begun
        except Unknown:
            raise web.HTTPError(404, reason="There is no such question or answer") from None
        except Changed:
            raise _Refused(409, {"conflict": "mark"}) from None
        except WorkChanged:
            raise _Refused(409, {"conflict": "work"}) from None
        except KitError as error:
            raise _Refused(400, {"message": str(error)}) from None
        except SQLAlchemyError as error:
            raise _Refused(503, {"message": f"The gradebook does not answer: {error_in_words(error)}."}) from None
        except OSError as error:
            raise _Refused(503, {"message": f"A file cannot be read: {error.strerror}."}) from None

    def show(self, page: str, **values: Any) -> None:
        desk = self.desk
        template = self.settings["kit_pages"].get_template(page)
        given = {"assignment": desk.assignment, "title": desk.title, "marker": desk.marker}
        self.write(template.render(**given, anonymous=desk.anonymous, xsrf=self.xsrf_token.decode(), **values))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = (kwargs.get("exc_info") or (None, None))[1]
        said = error.said if isinstance(error, _Refused) else {"message": f"{self._reason}."}
        if self.request.path.startswith("/api/"):
            self.finish(said)
        else:
            template = self.settings["kit_pages"].get_template("refused.html.j2")
            self.finish(template.render(message=said.get("message", "")))


class _Refused(web.HTTPError):
    """An error with JSON for the page."""

    def __init__(self, status: int, said: dict[str, Any]):
        super().__init__(status)
        self.said = said


class _Overview(_Handler):
    def without_cookie(self) -> None:
        """Give the cookie to a browser that knows the token, and take the token out of the address."""
        if not _equal(self.get_query_argument("token", ""), self.settings["kit_token"]):
            return super().without_cookie()
        # not "Strict": the browser may have come here from a page in a file
        self.set_cookie(self.settings["kit_cookie"], self.settings["kit_secret"], httponly=True, samesite="Lax")
        self.redirect("/")

    async def get(self) -> None:
        if self.get_query_argument("token", None) is not None:
            return self.redirect("/")
        self.show("overview.html.j2", questions=await self.done(self.desk.overview))


class _Question(_Handler):
    async def get(self, id: str) -> None:
        if id not in self.desk.entries:
            raise web.HTTPError(404, reason="There is no such question")
        ids = list(self.desk.entries)
        place = ids.index(id)
        question = self.desk.entries[id].question
        following = ids[place + 1] if place + 1 < len(ids) else None
        self.show("question.html.j2", id=id, question=question, number=place + 1, total=len(ids), following=following)


class _Text(_Handler):
    async def get(self, id: str, answer: str) -> None:
        text = await self.done(self.desk.answer_text, id, answer)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Content-Security-Policy", "default-src 'none'; sandbox")
        self.finish(text.encode(errors="replace"))


class _Api(_Handler):
    """Answers with the JSON of a function: `get(handler, *ids)` or `post(body, *ids)`."""

    def initialize(self, get: Callable[..., Any] | None = None, post: Callable[..., Any] | None = None) -> None:
        self._get, self._post = get, post

    async def get(self, *ids: str) -> None:
        if self._get is None:
            raise web.HTTPError(405)
        self.finish(await self.done(self._get, self, *ids))

    async def post(self, *ids: str) -> None:
        if self._post is None:
            raise web.HTTPError(405)
        try:
            body = json.loads(self.request.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise web.HTTPError(400, reason="The request is not a JSON object")
        self.finish(await self.done(self._post, body, *ids) or {})


class _Static(_Handler):
    def without_cookie(self) -> None:
        """These files hold nothing secret, and the page that says what to do needs them."""

    def get(self, name: str) -> None:
        if name not in STATIC:
            raise web.HTTPError(404)
        self.set_header("Content-Type", STATIC[name])
        self.finish((resources.files("autograder.marking") / "pages" / name).read_bytes())


class _Missing(_Handler):
    def prepare(self) -> None:
        super().prepare()
        raise web.HTTPError(404, reason="There is no such page")


def _equal(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


def _log(handler: web.RequestHandler) -> None:
    if handler.get_status() == 500:  # the others have been said in the page
        request: HTTPServerRequest = handler.request
        LOG.error("%s %s: %s", request.method, printable(request.path), handler.get_status())


def _wrong(what: str) -> KitError:
    return KitError(f"The request has no valid {what}.", "Load the page again.")


def _string(body: dict[str, Any], key: str) -> str:
    if not isinstance(found := body.get(key), str):
        raise _wrong(key)
    return found


def _number(body: dict[str, Any], key: str) -> float:
    found = body.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise _wrong(key)
    try:
        return float(found)
    except OverflowError:
        raise _wrong(key) from None


def _seen(body: dict[str, Any]) -> dict[str, str]:
    return {key: _string(body, key) for key in ("mark", "scheme", "work")}


def _change(body: dict[str, Any]) -> Change:
    given = body.get("change")
    if not isinstance(given, dict) or not given or not given.keys() <= Change.__annotations__.keys():
        raise _wrong("change")
    made: dict[str, Any] = {}
    for key, value in given.items():
        if key in ("points", "extra"):
            made[key] = _number(given, key)
        elif key == "comment":
            made[key] = _string(given, key)
        elif key == "ticks":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise _wrong(key)
            made[key] = frozenset(value)
        elif not isinstance(value, bool):
            raise _wrong(key)
        else:
            made[key] = value
    return Change(**made)


def _lines(body: dict[str, Any]) -> list[Line]:
    given = body.get("lines")
    if not isinstance(given, list) or not all(isinstance(line, dict) for line in given):
        raise _wrong("lines")
    return [Line(_string(line, "id"), _number(line, "points"), _string(line, "text")) for line in given]
