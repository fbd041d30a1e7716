"""The scenes of nats-py: see `nats_py`. Each is played on both servers and has to come out the same."""

import asyncio
import json
import signal
import ssl
import time
from datetime import datetime
from functools import partial

import nats.micro
from nats import errors
from nats.aio.client import Client, RawCredentials, ServerVersion
from nats.micro import request as micro_request
from nats.micro import service as micro_service
from nats.nuid import NUID

from issuer import base64url
from flushing import synchronise
from nats_py import WAIT, until


# Signing in

async def passwords(stage):
    server = stage.serve("authorization { user: u, password: secret }")
    for options in ({"user": "u", "password": "secret"}, {"user": lambda: "u", "password": lambda: "secret"}):
        await (await stage.client(server, **options)).flush()
    await (await stage.client(server.url.replace("//", "//u:secret@"))).flush()
    for options in ({}, {"user": "u", "password": "wrong"}, {"user": "other", "password": "secret"}):
        with stage.raises(errors.Error, "authorization violation"):
            await stage.client(server, allow_reconnect=False, **options)


async def tokens(stage):
    server = stage.serve("authorization { token: secret }")
    await (await stage.client(server, token="secret")).flush()
    await (await stage.client(server, token=lambda: "secret")).flush()
    with stage.raises(errors.Error, "authorization violation"):
        await stage.client(server, token="wrong", allow_reconnect=False)


async def nkeys(stage):
    key = stage.key
    server = stage.serve(f"authorization {{ users: [ {{ nkey: {key.public} }} ] }}")
    file = stage.folder / "user.seed"
    file.write_text(key.seed)
    await (await stage.client(server, nkeys_seed=str(file))).flush()
    await (await stage.client(server, nkeys_seed_str=key.seed)).flush()
    with stage.raises(errors.Error, "authorization violation"):
        await stage.client(server, nkeys_seed_str=type(key).new("user").seed, allow_reconnect=False)


async def credentials(stage):
    server, realm = stage.operator()
    given = realm.credentials["A.anybody"]
    file = stage.folder / "user.creds"
    file.write_text(given.text())
    token, seed = stage.folder / "user.jwt", stage.folder / "user.nk"
    token.write_text(given.token)
    seed.write_text(given.key.seed)
    for form in (str(file), file, (str(token), str(seed)), RawCredentials(given.text())):
        await (await stage.client(server, user_credentials=form)).flush()
    await (await stage.client(
        server, user_jwt_cb=lambda: given.token.encode(),
        signature_cb=lambda nonce: base64url(given.key.sign(nonce.encode())).encode())).flush()
    cut = RawCredentials(given.text().partition("BEGIN USER NKEY SEED-----\n")[0] + "BEGIN USER NKEY SEED-----\n")
    with stage.raises(nats.aio.errors.ErrInvalidUserCredentials):
        await stage.client(server, user_credentials=cut, allow_reconnect=False)


async def permissions(stage):
    server, realm = stage.operator()
    client = await stage.client(server, user_credentials=RawCredentials(realm.credentials["A.limited"].text()))
    other = await stage.client(server, user_credentials=RawCredentials(realm.credentials["A.anybody"].text()))
    await client.publish("forbidden", b"")
    assert 'permissions violation for publish to "forbidden"' in str(await stage.next_told())
    await client.subscribe("forbidden.too")
    assert 'permissions violation for subscription to "forbidden.too"' in str(await stage.next_told())
    await client.subscribe("forbidden.three", queue="q")
    assert 'permissions violation for subscription to "forbidden.three" using queue "q"' in str(await stage.next_told())
    assert "permissions violation" in str(client.last_error) and client.is_connected
    news = await client.subscribe("news")
    await synchronise(client)
    await other.publish("news", b"still here")
    assert (await news.next_msg(WAIT)).data == b"still here"


# Talking

async def facts(stage):
    server = stage.serve("max_payload: 5000")
    client = await stage.client(
        server, name="someone", verbose=True, pedantic=True, connect_timeout=WAIT, flusher_queue_size=16,
        flush_timeout=WAIT, discovered_server_cb=stage.callback("discovered"), tls=None)
    assert client.is_connected and not (client.is_closed or client.is_connecting or client.is_reconnecting)
    assert client.client_id > 0 and client.client_ip == "127.0.0.1" and client.max_payload == 5000
    assert client.connected_url.port == server.address[1] and client.connected_url in client.servers
    assert client.discovered_servers == [] and [each.reconnects for each in client.server_pool] == [0]
    version = client.connected_server_version
    assert (version.major, version.minor) >= (2, 15) and version.patch >= 0 and version.prerelease == ""
    assert version.dev == (f"+{version.build}" if version.build else "")
    assert 0 < await client.rtt() < WAIT and client.pending_data_size == 0 and client.last_error is None
    with stage.raises(errors.BadTimeoutError):
        await client.flush(0)
    with stage.raises(errors.MaxPayloadError):
        await client.publish("a", bytes(5001))
    assert isinstance(client.ssl_context, ssl.SSLContext)
    await client.flush()
    assert stage.told.empty()
    await client.close()
    assert client.is_closed and client.connected_url is None
    for use in (client.publish("a"), client.subscribe("a"), client.flush(), client.drain(), client.rtt()):
        with stage.raises(errors.ConnectionClosedError):
            await use
    assert ServerVersion("1.2.3-a+b").build == "b"


async def publish_and_subscribe(stage):
    server = stage.serve("")
    one, two = await stage.client(server), await stage.client(server, no_echo=True)
    literal, star = await one.subscribe("a.b.c"), await one.subscribe("a.*.c", pending_msgs_limit=50)
    got = asyncio.Queue()
    await one.subscribe("a.>", cb=got.put)
    future = asyncio.get_running_loop().create_future()
    await one.subscribe("a.b.>", future=future, max_msgs=1)
    own = await two.subscribe("a.>")
    await synchronise(one, two)
    await two.publish("a.b.c", b"first", reply="r", headers={"Kind": "test", "Number": "1"})
    await two.publish("a.x.c", b"second")
    await two.publish("a.x")
    await synchronise(two, one)
    assert (star.pending_msgs, star.pending_bytes, star.subject, star.queue) == (2, 11, "a.*.c", "")
    message = await literal.next_msg(WAIT)
    assert (message.subject, message.reply, message.data) == ("a.b.c", "r", b"first")
    assert message.headers == message.header == {"Kind": "test", "Number": "1"} and message.sid == 1
    assert [(await got.get()).subject for _ in range(3)] == ["a.b.c", "a.x.c", "a.x"]
    assert (await asyncio.wait_for(future, WAIT)).data == b"first" and own.pending_msgs == 0
    assert [(await star.next_msg(WAIT)).data for _ in range(2)] == [b"first", b"second"] and star.delivered == 2
    assert two.stats["out_msgs"] == 3 and one.stats["in_msgs"] == 7
    with stage.raises(errors.TimeoutError):
        await literal.next_msg(0.05)
    for bad in ("", "a b", "a..b", "a.>.b", "a.b*"):
        with stage.raises(errors.BadSubjectError):
            await one.subscribe(bad)
    with stage.raises(errors.BadHeaderError):
        await one.publish("a", headers={"bad key": "x"})


async def limits_of_subscriptions(stage):
    client = await stage.client(stage.serve(""))
    few = await client.subscribe("f")
    await few.unsubscribe(limit=3)
    for number in range(5):
        await client.publish("f", str(number).encode())
    await synchronise(client)
    assert [message.data async for message in few.messages] == [b"0", b"1", b"2"]
    gone = await client.subscribe("g")
    await gone.unsubscribe()
    with stage.raises(errors.BadSubscriptionError):
        await gone.unsubscribe()
    slow = await client.subscribe("s", pending_msgs_limit=2, pending_bytes_limit=100)
    for _ in range(3):
        await client.publish("s", b"x")
    await synchronise(client)
    assert type(await stage.next_told()) is errors.SlowConsumerError and slow.pending_msgs == 2
    drained = await client.subscribe("d")
    await client.publish("d", b"last")
    await synchronise(client)
    taken = asyncio.create_task(drained.next_msg(WAIT))
    await drained.drain()
    assert (await taken).data == b"last"
    await client.publish("d", b"too late")
    await synchronise(client)
    assert drained.pending_msgs == 0


async def queue_groups(stage):
    server = stage.serve("")
    clients = [await stage.client(server) for _ in range(3)]
    members = [await client.subscribe("jobs", queue="workers") for client in clients]
    await synchronise(*clients)
    for number in range(90):
        await clients[0].publish("jobs", str(number).encode())
    await synchronise(*clients)
    counts = [member.pending_msgs for member in members]
    assert sum(counts) == 90 and min(counts) > 5 and members[0].queue == "workers"


async def requests(stage):
    server = stage.serve("")
    service, client = await stage.client(server), await stage.client(server, inbox_prefix="_MINE")

    async def answer(message):
        await message.respond(message.data[::-1] + str(message.headers).encode())
    await service.subscribe("mirror", cb=answer)
    await service.subscribe("silent")
    await synchronise(service)
    assert (await client.request("mirror", b"abc", timeout=WAIT)).data == b"cbaNone"
    assert (await client.request("mirror", b"abc", timeout=WAIT, headers={"A": "b"})).data == b"cba{'A': 'b'}"
    assert (await client.request("mirror", b"abc", timeout=WAIT, old_style=True)).data == b"cbaNone"
    answers = await asyncio.gather(*(client.request("mirror", str(n).encode(), timeout=WAIT) for n in range(50)))
    assert [answer.data for answer in answers] == [str(n)[::-1].encode() + b"None" for n in range(50)]
    for old_style in (False, True):
        with stage.raises(errors.NoRespondersError):
            await client.request("nobody", timeout=WAIT, old_style=old_style)
        with stage.raises(errors.TimeoutError):
            await client.request("silent", timeout=0.1, old_style=old_style)
    assert client.new_inbox().startswith("_MINE.")


async def draining(stage):
    server = stage.serve("")
    receiver = await stage.client(
        server, closed_cb=stage.callback("closed"), disconnected_cb=stage.callback("disconnected"), drain_timeout=WAIT)
    sender, got = await stage.client(server), []

    async def take(message):
        if not got:
            # Meanwhile it is draining.
            await until(lambda: receiver.is_draining)
            assert not receiver.is_draining_pubs and receiver.is_connected
            with stage.raises(errors.ConnectionDrainingError):
                await receiver.subscribe("more")
            await receiver.publish("answers", b"written while it drains")
        got.append(int(message.data))
    await receiver.subscribe("flow", cb=take)
    answers = await sender.subscribe("answers")
    await synchronise(receiver, sender)
    for number in range(200):
        await sender.publish("flow", str(number).encode())
    await synchronise(sender)
    await asyncio.wait_for(receiver.drain(), WAIT)
    assert got == list(range(200)) and receiver.is_closed
    assert [await stage.next_told(), await stage.next_told()] == ["disconnected", "closed"]
    assert (await answers.next_msg(WAIT)).data == b"written while it drains"
    impatient = await stage.client(server, drain_timeout=0.1)

    async def dawdle(_):
        await asyncio.sleep(WAIT)
    await impatient.subscribe("slow", cb=dawdle)
    await impatient.publish("slow")
    await synchronise(impatient)
    await impatient.drain()
    assert type(await stage.next_told()) is errors.DrainTimeoutError


async def a_context(stage):
    async with Client() as client:
        await client.connect(stage.serve("").url)
        assert client.is_connected
    assert client.is_closed
    with stage.raises(errors.InvalidCallbackTypeError):
        await stage.client("nats://127.0.0.1:1", closed_cb=lambda: None)
    with stage.raises(errors.NoServersError):
        await stage.client("nats://127.0.0.1:1", max_reconnect_attempts=1, reconnect_time_wait=0.01)


async def whatever_subject(stage):
    """Without the client's checks the server has to look at subjects itself."""
    server = stage.serve("")
    for use, text in (
            (lambda client: client.subscribe("a..b"), "invalid subject"),
            (lambda client: client.publish("a.>.b"), "invalid publish subject"),
            (lambda client: client.publish("a\r\nFLAWED"), "unknown protocol operation")):
        client = await stage.client(
            server, skip_subject_validation=True, pedantic=True, allow_reconnect=False,
            closed_cb=stage.callback("closed"))
        with stage.raises(errors.BadSubjectError):
            await client.publish("")
        await use(client)
        # This client closes whatever it is told, save permissions; the end of the stream may come between.
        while await stage.next_told() != "closed":
            pass
        assert text in str(client.last_error).lower() or type(client.last_error) is errors.UnexpectedEOF


# Coming and going

async def reconnecting(stage):
    server = stage.serve("")
    client = await stage.client(
        server, reconnected_cb=stage.callback("reconnected"), disconnected_cb=stage.callback("disconnected"),
        dont_randomize=True, pending_size=100, allow_reconnect=True)
    news = await client.subscribe("news")
    await synchronise(client)
    server.stop()
    await until(lambda: client.is_reconnecting)
    await client.publish("news", b"written while away")
    with stage.raises(errors.OutboundBufferLimitError):
        await client.publish("news", bytes(200))
    with stage.raises(errors.ConnectionReconnectingError):
        await client.drain()
    stage.serve("", server.address[1])
    while await stage.next_told() != "reconnected":
        pass
    assert (await news.next_msg(WAIT)).data == b"written while away" and client.stats["reconnects"] == 1
    client.set_server_pool([server.url])
    await client.force_reconnect()
    while await stage.next_told() != "reconnected":
        pass
    await client.publish("news", b"again")
    assert (await news.next_msg(WAIT)).data == b"again"


async def choosing_a_server(stage):
    first, second = stage.serve(""), stage.serve("")
    chosen = []

    def choose(servers, info):
        chosen.append(info["server_id"])
        other = [each for each in servers if each.uri.port == second.address[1]]
        return (other[0] if len(chosen) > 1 else nats.aio.client.Server(uri=other[0].uri._replace(netloc="a:1"))), 0.01
    client = await stage.client(
        [first.url, second.url], dont_randomize=True, reconnect_to_server_handler=choose,
        reconnected_cb=stage.callback("reconnected"))
    assert client.connected_url.port == first.address[1]
    first.stop()
    told = []
    while (word := await stage.next_told()) != "reconnected":
        told.append(type(word))
    assert errors.ServerNotInPoolError in told and client.connected_url.port == second.address[1]


async def pings(stage):
    client = await stage.client(stage.serve(""), ping_interval=0.02, max_outstanding_pings=20)
    await asyncio.sleep(0.5)
    assert client.is_connected and stage.told.empty()
    server = stage.serve("")
    quiet = await stage.client(server, ping_interval=0.3, max_outstanding_pings=2, allow_reconnect=False,
                               closed_cb=stage.callback("closed"))
    server.process.send_signal(signal.SIGSTOP)
    try:
        with stage.raises(errors.FlushTimeoutError):
            # A stopped process is not stopped at once.
            while True:
                await quiet.flush(0.05)
        while await stage.next_told() != "closed":
            pass
        assert isinstance(quiet.last_error, errors.StaleConnectionError), repr(quiet.last_error)
        stage.register.errors.add(type(quiet.last_error))
    finally:
        server.process.send_signal(signal.SIGCONT)


async def pings_of_the_server(stage):
    client = await stage.client(
        stage.serve("ping_interval: '100ms'\nping_max: 1"), allow_reconnect=False, closed_cb=stage.callback("closed"))
    await asyncio.sleep(0.5)
    assert client.is_connected
    # Nobody answers while the whole client stands still.
    time.sleep(1.5)
    while await stage.next_told() != "closed":
        pass
    stage.register.errors.add(type(client.last_error))
    assert isinstance(client.last_error, errors.StaleConnectionError)


async def a_password_that_is_changed(stage):
    server = stage.serve("authorization { user: u, password: secret }")
    client = await stage.client(
        server, user="u", password="secret", allow_reconnect=False, closed_cb=stage.callback("closed"))
    file = server.log.parent / "server.conf"
    file.write_text(file.read_text().replace("secret", "other"))
    server.process.send_signal(signal.SIGHUP)
    while await stage.next_told() != "closed":
        pass
    # The end of the stream may overtake it in the client, which keeps the last error alone.
    assert type(client.last_error) in (errors.AuthorizationError, errors.UnexpectedEOF)
    stage.register.errors.add(errors.AuthorizationError)


async def lame_duck_mode(stage):
    server = stage.serve("lame_duck_duration: 31s\nlame_duck_grace_period: 1s")
    await stage.client(server, lame_duck_mode_cb=stage.callback("lame duck mode"), allow_reconnect=False)
    server.process.send_signal(signal.SIGUSR2)
    assert await stage.next_told() == "lame duck mode"


async def credentials_that_run_out(stage):
    server, realm = stage.operator()
    brief = stage.brief(realm, seconds=3)
    client = await stage.client(
        server, user_credentials=RawCredentials(brief.text()), allow_reconnect=False,
        closed_cb=stage.callback("closed"))
    assert await stage.next_told() == "closed" and client.is_closed
    assert "user authentication expired" in str(client.last_error).lower()


# Over TLS and WebSockets

async def over_tls(stage):
    files = stage.certificates()
    secure = f'tls {{ cert_file: "{files}/server.pem", key_file: "{files}/server-key.pem", ca_file: "{files}/ca.pem"'
    context = ssl.create_default_context(cafile=str(files / "ca.pem"))
    server = stage.serve(f"{secure} }}")
    for options in ({}, {"tls_hostname": "localhost"}):
        await exchange(stage, server.url.replace("127.0.0.1", "localhost"), tls=context, **options)
    await exchange(stage, server.url, tls=context, tls_hostname="localhost")
    first = stage.serve(f"{secure}, handshake_first: true }}")
    await exchange(stage, f"tls://localhost:{first.address[1]}", tls=context, tls_handshake_first=True)
    with stage.raises(ssl.SSLCertVerificationError):
        await stage.client(server.url, tls=ssl.create_default_context(), tls_hostname="localhost",
                           allow_reconnect=False)
    verifying = stage.serve(f"{secure}, verify_and_map: true }}\nauthorization {{ users: [ {{ user: client.example }} ] }}")
    context.load_cert_chain(files / "client.pem", files / "client-key.pem")
    await exchange(stage, verifying.url, tls=context, tls_hostname="localhost")


async def over_websockets(stage):
    files, port, secure = stage.certificates(), stage.free_port(), stage.free_port()
    stage.serve(f"websocket {{ listen: '127.0.0.1:{port}', no_tls: true }}\nauthorization {{ token: secret }}")
    await exchange(stage, f"ws://127.0.0.1:{port}", token="secret", ws_connection_headers={"X-Some": ["a", "b"]})
    stage.serve(
        f"websocket {{ listen: '127.0.0.1:{secure}',"
        f' tls {{ cert_file: "{files}/server.pem", key_file: "{files}/server-key.pem" }} }}')
    context = ssl.create_default_context(cafile=str(files / "ca.pem"))
    await exchange(stage, f"wss://localhost:{secure}", tls=context)


async def exchange(stage, url, **options):
    one, two = await stage.client(url, **options), await stage.client(url, **options)
    large = bytes(range(256)) * 3000
    everything = await one.subscribe(">")

    async def answer(message):
        await message.respond(message.data[::-1])
    await one.subscribe("ask", cb=answer)
    await synchronise(one)
    await two.publish("a", large, headers={"Kind": "test"})
    message = await everything.next_msg(WAIT)
    assert message.data == large and message.headers == {"Kind": "test"}
    assert (await two.request("ask", b"abc", timeout=WAIT)).data == b"cba"
    await one.close()
    await two.drain()


# Services

async def services(stage):
    server = stage.serve("")
    host, client = await stage.client(server), await stage.client(server)
    service = await nats.micro.add_service(
        host, name="demo", version="1.2.3", description="shows", metadata={"a": "b"}, queue_group="crowd",
        stats_handler=lambda stats: {"subject": stats.subject})

    async def double(request):
        assert request.headers in (None, {"A": "b"})
        await request.respond(request.data * 2, headers={"Subject": request.subject})

    async def refuse(request):
        if request.data == b"raise":
            raise micro_request.ServiceError("400", "not today")
        if request.data == b"fail":
            raise ValueError("broken")
        await request.respond_error("404", "nothing here", headers={"More": "yes"})
    await service.add_endpoint(name="double", handler=double)
    group = service.add_group(name="numbers", queue_group="other")
    await group.add_endpoint(name="twice", handler=double, subject="x2", metadata={"c": "d"})
    await group.add_group(name="deep").add_endpoint(micro_service.EndpointConfig(name="refuse", handler=refuse))
    await synchronise(host)
    answer = await client.request("double", b"ab", timeout=WAIT, headers={"A": "b"})
    assert answer.data == b"abab" and answer.headers == {"Subject": "double"}
    assert (await client.request("numbers.x2", b"1", timeout=WAIT)).data == b"11"
    for sent, code, text in ((b"", "404", "nothing here"), (b"raise", "400", "not today"), (b"fail", "500", "broken")):
        refused = await client.request("numbers.deep.refuse", sent, timeout=WAIT)
        assert refused.headers["Nats-Service-Error-Code"] == code and text in refused.headers["Nats-Service-Error"]
    stage.register.errors.add(micro_request.ServiceError)
    assert micro_request.ServiceError.from_dict(
        micro_request.ServiceError("1", "x").to_dict()) == micro_request.ServiceError("1", "x")
    ask = partial(ask_service, client)
    for subject in (("demo", service.id), ("demo", None), (None, None)):
        ping = micro_service.ServicePing.from_dict(await ask(micro_service.ServiceVerb.PING, *subject))
        assert (ping.id, ping.name, ping.version, ping.metadata) == (service.id, "demo", "1.2.3", {"a": "b"})
    info = micro_service.ServiceInfo.from_dict(await ask(micro_service.ServiceVerb.INFO, "demo", None))
    assert [(each.name, each.subject, each.queue_group) for each in info.endpoints] == [
        ("double", "double", "crowd"), ("twice", "numbers.x2", "other"), ("refuse", "numbers.deep.refuse", "other")]
    assert info.endpoints == service.info().endpoints
    stats = micro_service.ServiceStats.from_dict(await ask(micro_service.ServiceVerb.STATS, "demo", None))
    assert [(each.num_requests, each.num_errors) for each in stats.endpoints] == [(1, 0), (1, 0), (3, 2)]
    assert stats.endpoints[1].data == {"subject": "numbers.x2"} and isinstance(service.stats().started, datetime)
    await service.reset()
    await service.stop()
    assert service.stopped.is_set()
    await synchronise(host)
    with stage.raises(errors.NoRespondersError):
        await client.request("double", b"", timeout=WAIT)


async def ask_service(client, verb, name, identity):
    return json.loads((await client.request(micro_service.control_subject(verb, name, identity), timeout=WAIT)).data)


async def unique_ids(stage):
    """No server is asked, but what asks servers is made of them."""
    ids = NUID()
    assert len({bytes(ids.next()) for _ in range(1000)}) == 1000
    ids.randomize_prefix()
    ids.reset_sequential()
    assert len(ids.next()) == 22


SCENES = (
    passwords, tokens, nkeys, credentials, permissions, facts, publish_and_subscribe, limits_of_subscriptions,
    queue_groups, requests, draining, a_context, whatever_subject, reconnecting, choosing_a_server, pings,
    pings_of_the_server, a_password_that_is_changed, lame_duck_mode, credentials_that_run_out, over_tls,
    over_websockets, services, unique_ids)
