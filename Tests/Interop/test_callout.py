"""The authorization callout: a service written with a stock client answers for both servers alike, and answers that are
not to be believed let nobody in."""

import asyncio
import threading
import time

import nats
import pytest

import issuer
from flushing import synchronise
from peers import Server
from wire import Closed, Connection

pytestmark = [pytest.mark.timeout(120)]
WAIT = 8
# How long a sign-in may take, seconds; more than any answer here does.
PATIENCE = 6
UNLIMITED = {"subs": -1, "data": -1, "payload": -1}


class Callout:
    """A server whose callout is answered by `answer(question)`: bytes, or a list of them, each published."""

    def __init__(self, engine, folder, patience=PATIENCE, extra=""):
        self.issuer = issuer.Key.new("account")
        self.questions, self.replies, self.log = [], [], []
        self.answer = self.admit
        self._patience, self._extra = patience, extra
        self.server = Server(engine, folder, self._configuration)
        self._loop = asyncio.new_event_loop()
        self._ready, self._client = threading.Event(), None
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))
        self._thread.start()
        if not self._ready.wait(WAIT):
            raise AssertionError("the service did not start")

    def _configuration(self, port):
        return f"""
            listen: "127.0.0.1:{port}"
            accounts {{
              AUTH {{ users: [ {{user: auth, password: pwd}}, {{user: other, password: pwd}} ] }}
              FOO {{}}
            }}
            authorization {{
              timeout: {self._patience}
              auth_callout {{ issuer: {self.issuer.public}, auth_users: [ auth, other ], account: AUTH }}
            }}
            {self._extra}"""

    async def _serve(self):
        self._client = await nats.connect(self.server.url, user="auth", password="pwd", max_reconnect_attempts=0)
        self._ended = asyncio.Event()

        async def take(message):
            self.replies.append(message.reply)
            question = issuer.verify(message.data.decode())
            self.questions.append(question)
            answers = self.answer(question)
            for answer in answers if isinstance(answers, list) else [answers]:
                if answer is not None:
                    await self._client.publish(message.reply, answer)

        async def note(message):
            self.log.append(message.data.decode())
        await self._client.subscribe("$SYS.REQ.USER.AUTH", cb=take)
        await self._client.subscribe("$SYS.ACCOUNT.CLIENT.AUTH.ERR", cb=note)
        await synchronise(self._client)
        self._ready.set()
        await self._ended.wait()
        await self._client.close()

    def publish(self, subject, payload):
        """As the service, but of the test's own accord."""
        async def publish():
            await self._client.publish(subject, payload)
            await synchronise(self._client)
        asyncio.run_coroutine_threadsafe(publish(), self._loop).result(WAIT)

    def close(self):
        if self._ready.is_set():
            self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(WAIT)
        self.server.stop()

    # Answers

    def user(self, question, signer=None, **claims):
        """A user's JWT."""
        described = {
            "sub": question["nats"]["user_nkey"], "aud": "FOO", "name": question["nats"]["connect_opts"].get("user", ""),
            "nats": {"type": "user", "version": 2, "pub": {}, "sub": {}} | UNLIMITED} | claims
        return issuer.encode(described, signer or self.issuer)

    def response(self, question, token, signer=None, **claims):
        described = {
            "sub": question["nats"]["user_nkey"], "aud": question["nats"]["server_id"]["id"],
            "nats": {"type": "authorization_response", "version": 2} | token} | claims
        return issuer.encode(described, signer or self.issuer).encode()

    def admit(self, question):
        return self.response(question, {"jwt": self.user(question)})

    # Clients

    def connect(self, user="somebody", **options):
        client = Connection(self.server.address)
        client.connect(None, user=user, **{"pass": "secret"} | options)
        return client

    def is_let_in(self, user="somebody"):
        client = self.connect(user)
        try:
            client.flush()
            return True
        except Closed:
            return False
        finally:
            client.close()


@pytest.fixture
def start(engine, tmp_path):
    callouts = []

    def start(**options):
        callouts.append(Callout(engine, tmp_path / f"server-{len(callouts)}", **options))
        return callouts[-1]
    yield start
    for callout in callouts:
        callout.close()


def test_a_service_decides(start):
    callout = start()
    callout.answer = lambda question: callout.admit(question) if question["nats"]["connect_opts"]["pass"] == "secret" \
        else callout.response(question, {"error": "no"})
    with callout.connect() as client:
        client.flush()
        assert client.subscribe("a") is None
        client.publish("a", "x")
        assert client.payloads() == ["x"]
    with callout.connect(**{"pass": "wrong"}) as client, pytest.raises(Closed):
        client.flush()
    for question in callout.questions:
        assert question["aud"] == "nats-authorization-request" and question["sub"] == callout.issuer.public
        assert question["nats"]["client_info"]["user"] == "somebody"
    first, second = (question["nats"]["user_nkey"] for question in callout.questions)
    assert first != second and len(set(callout.replies)) == 2


HOSTILE = {
    "garbage": lambda callout, question: b"\x00\xff garbage {",
    "a JWT cut short": lambda callout, question: callout.admit(question)[:-10],
    "nothing": lambda callout, question: b"",
    "a large answer": lambda callout, question: b"eyJ" + b"A" * (10 << 20),
    "neither a user nor an error": lambda callout, question: callout.response(question, {}),
    "a user that is no JWT": lambda callout, question: callout.response(question, {"jwt": "eyJ.eyJ.x"}),
    "for another user": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question)}, sub=issuer.Key.new("user").public),
    "another user in it": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question, sub=issuer.Key.new("user").public)}),
    "for another server": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question)}, aud=issuer.Key.new("server").public),
    "by another issuer": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question, issuer.Key.new("account"))}, issuer.Key.new("account")),
    "a user by another issuer": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question, issuer.Key.new("account"))}),
    "a user that has expired": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question, exp=int(time.time()) - 10)}),
    "an answer that has expired": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question)}, exp=int(time.time()) - 10),
    "an account that is none": lambda callout, question: callout.response(
        question, {"jwt": callout.user(question, aud="NOWHERE")}),
    "a user that is a long text": lambda callout, question: callout.response(question, {"jwt": "x" * 100_000}),
}


def test_what_is_not_to_be_believed_lets_nobody_in(start):
    callout = start(extra="max_payload: 16MB")
    for name, answer in HOSTILE.items():
        callout.answer = lambda question, answer=answer: answer(callout, question)
        assert not callout.is_let_in(name), name
        # The service and the server are as before.
        callout.answer = callout.admit
        assert callout.is_let_in("honest"), name
    assert len(callout.questions) == 2 * len(HOSTILE)


def test_an_answer_counts_once_and_only_for_its_question(start, engine):
    callout = start()
    answers = []

    def keep(question):
        answers.append(callout.admit(question))
        # nats-server looks at those that come behind the first, too.
        further = [answers[-1], callout.response(question, {"error": "no"})] if engine == "chancery" else []
        return [answers[-1], *further]
    callout.answer = keep
    first = callout.connect("first")
    first.flush()
    # To the next question, what was said to the one before; and where nobody waits any more, what is said now.
    callout.answer = lambda question: answers[0]
    assert not callout.is_let_in("replayed")
    callout.answer = callout.admit
    callout.publish(callout.replies[0], answers[0])
    assert callout.is_let_in("honest")
    first.flush()
    first.close()


def test_a_late_answer_lets_nobody_in(start):
    callout = start(patience=1)
    callout.answer = lambda question: None
    begun = time.monotonic()
    assert not callout.is_let_in()
    assert 0.7 < time.monotonic() - begun < PATIENCE
    callout.publish(callout.replies[0], callout.admit(callout.questions[0]))
    callout.answer = callout.admit
    assert callout.is_let_in()


def test_somebody_else_in_the_account_cannot_ask(start):
    callout = start()
    with Connection(callout.server.address) as other:
        other.sign_in(None, user="other", **{"pass": "pwd"})
        assert "permissions violation" in other.publish("$SYS.REQ.USER.AUTH", "x", reply="a").lower()


def test_sign_ins_that_nobody_answers_hold_up_no_others(start):
    callout = start()
    silent = threading.Event()
    callout.answer = lambda question: None if question["nats"]["connect_opts"]["user"] == "ignored" \
        else callout.admit(question)
    waiting = [callout.connect("ignored") for _ in range(200)]
    end = time.monotonic() + WAIT
    while len(callout.questions) < len(waiting) and time.monotonic() < end:
        silent.wait(0.02)
    assert len(callout.questions) == len(waiting)
    begun = time.monotonic()
    for _ in range(20):
        assert callout.is_let_in()
    assert time.monotonic() - begun < PATIENCE - 1
    for client in waiting:
        client.close()
    assert callout.is_let_in()


def test_no_password_is_written_down(start):
    callout = start(extra="debug: true")
    callout.answer = lambda question: callout.response(question, {"error": "no"})
    for options in ({"pass": "hidden-password"}, {"user": None, "auth_token": "hidden-password"}):
        with callout.connect(**options) as client, pytest.raises(Closed):
            client.flush()
    deadline = time.monotonic() + WAIT
    while len(callout.log) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    said = callout.server.log.read_text() + "".join(callout.log)
    assert len(callout.log) == 2 and "hidden-password" not in said and "Auth callout service returned an error: no" in said
