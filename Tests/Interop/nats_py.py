"""What nats-py can do: scenes that a server plays along with, and a register of what of its interface they touched.

A scene is a function of a `Stage`. Everything that it uses is entered in the stage's register as it is called, so that the
interface is covered by what ran and not by what somebody wrote down.
"""

import asyncio
import contextlib
import importlib
import inspect
import sys

import nats
from nats.aio.client import Client


WAIT = 8
MODULES = (
    "nats", "nats.errors", "nats.nuid", "nats.aio.client", "nats.aio.msg", "nats.aio.subscription", "nats.aio.transport",
    "nats.aio.errors", "nats.micro", "nats.micro.request", "nats.micro.service", "nats.protocol.command",
    "nats.protocol.parser")


def codes(value):
    """The code objects behind a function, a property, a class method or a static method."""
    if isinstance(value, property):
        value = value.fget
    value = inspect.unwrap(getattr(value, "__func__", value))
    return [value.__code__] if hasattr(value, "__code__") else []


def interface():
    """Every public name that nats-py's modules define: functions and what classes have that can be called, each with
    its code; and exceptions, with their class."""
    names = {}
    for place in MODULES:
        module = importlib.import_module(place)
        for name, value in vars(module).items():
            if name.startswith("_") or getattr(value, "__module__", None) != place:
                continue
            if inspect.isclass(value) and issubclass(value, BaseException):
                names[f"{place}.{name}"] = value
            if inspect.isclass(value):
                for member, part in vars(value).items():
                    if not member.startswith("_") and codes(part):
                        names[f"{place}.{name}.{member}"] = codes(part)[0]
            elif codes(value):
                names[f"{place}.{name}"] = codes(value)[0]
    return names


def connect_options():
    return {name for name in inspect.signature(Client.connect).parameters if name not in ("self", "servers")}


class Register:
    """Which functions were called, which exceptions were met, and which options were given to `connect`."""

    def __init__(self):
        self.codes, self.errors, self.options = set(), set(), set()

    def _note(self, frame, event, _):
        if event == "call":
            self.codes.add(frame.f_code)

    @contextlib.contextmanager
    def running(self):
        sys.setprofile(self._note)
        try:
            yield
        finally:
            sys.setprofile(None)

    def untouched(self):
        """Names of the interface that nothing has used."""
        return {
            name for name, what in interface().items()
            if (what not in self.errors if inspect.isclass(what) else what not in self.codes)}


class Stage:
    """Servers, clients that are closed in the end, and what clients were told."""

    def __init__(self, register, folder, serve):
        self.register, self.folder, self.serve = register, folder, serve
        self.clients = []
        self.told = asyncio.Queue()

    async def client(self, server, **options):
        """A client of a server, or of a URL. What it is told goes to `told`, unless the options say otherwise."""
        async def note(error):
            self.register.errors.add(type(error))
            await self.told.put(error)

        self.register.options |= set(options) | {"error_cb", "max_reconnect_attempts", "reconnect_time_wait"}
        options = {"error_cb": note, "max_reconnect_attempts": 200, "reconnect_time_wait": 0.05} | options
        url = server if isinstance(server, (str, list)) else server.url
        client = await asyncio.wait_for(nats.connect(url, **options), WAIT)
        self.clients.append(client)
        return client

    async def next_told(self):
        return await asyncio.wait_for(self.told.get(), WAIT)

    def callback(self, word):
        """A callback without arguments, whose word can be waited for."""
        async def note():
            await self.told.put(word)
        return note

    @contextlib.contextmanager
    def raises(self, kind, text=""):
        """What is inside ends with an exception of this very kind, which says this."""
        try:
            yield
        except Exception as error:  # noqa: BLE001
            assert type(error) is kind and text.lower() in str(error).lower(), f"{type(error).__name__}: {error}"
            self.register.errors.add(kind)
            return
        raise AssertionError(f"no {kind.__name__}")

    async def close(self):
        for client in self.clients:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(client.close(), WAIT)


async def until(what):
    """Waits until something is true."""
    for _ in range(WAIT * 200):
        if what():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come to pass")
