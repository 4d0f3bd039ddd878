"""The channel between the judge, which runs the tests, and a student's kernel, which nothing is believed of.

The judge holds a `StudentConnection`; the student's kernel runs the agent (`agent_source`). Test cells meet the
student's functions as proxies that `StudentNames` puts into their namespace.
"""

from .bundle import agent_source, connect_code, serve_code, write_agent
from .connection import StudentConnection
from .errors import ChannelError, StudentDied, StudentError, StudentProtocolError, StudentTimeout
from .frames import Limits, ProtocolError
from .names import StudentNames, names_read
from .proxies import StudentFunction, StudentObject

__all__ = [
    "ChannelError",
    "Limits",
    "ProtocolError",
    "StudentConnection",
    "StudentDied",
    "StudentError",
    "StudentFunction",
    "StudentNames",
    "StudentObject",
    "StudentProtocolError",
    "StudentTimeout",
    "agent_source",
    "connect_code",
    "names_read",
    "serve_code",
    "write_agent",
]
