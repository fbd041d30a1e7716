"""The verbs on streams, buckets and object stores, on a real nats-server with JetStream: a role with just one of them can do
what it says, with a client of the shelf, and is refused what stands beside it."""

import asyncio
import json
import subprocess

import nats
import pytest
from nats.errors import TimeoutError as Timeout
from nats.js.api import ConsumerConfig

from peers import CHANCERY, World
from realm import Account, Issued, Permissions, Realm, User

ROLES = {
    "worker": "work: [ PLANT/billing ]",
    "reader": "read: [ PLANT ]",
    "manager": "manage: [ PLANT ]",
    "getter": 'kv: { CONFIG: { get: [ "app.>" ] } }',
    "putter": 'kv: { CONFIG: { put: [ "app.{{name()}}.>" ] } }',
    "watcher": 'kv: { CONFIG: { watch: [ "app.>" ] } }',
    "keeper": "kv: { CONFIG: { manage: true } }",
    "viewer": "objects: { FILES: [ read ] }",
    "writer": "objects: { FILES: [ put ] }",
    "owner": "objects: { FILES: [ manage ] }",
}
POLICY = """chancery: v1
account: A
streams:
  PLANT: { subjects: [ "plant.>" ], consumers: { billing: { filter: plant.*.bill } } }
roles:
""" + "".join(f"  {name}: {{ {verbs} }}\n" for name, verbs in ROLES.items())
API = "$JS.API."


def template(folder, role):
    done = subprocess.run(
        [CHANCERY, "policy", "compile", folder, "--account", "A", "--role", role], capture_output=True, text=True,
        timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    lists = json.loads(done.stdout)
    return Permissions(
        *(tuple(lists.get(side, {}).get(which, ())) for which in ("allow", "deny") for side in ("pub", "sub")))


class Streaming(Issued):
    """Accounts that may have streams."""

    def sign_account(self, claims, key="operator"):
        if claims["name"] != "SYS":
            claims["nats"]["limits"] |= {"mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
        return super().sign_account(claims, key)


async def connect(world, user):
    credentials = world.credentials(f"A.{user}")

    async def failed(_):
        """What is refused comes out as a request without an answer."""

    return await nats.connect(
        world.server.url, user_jwt_cb=lambda: credentials.token.encode(),
        signature_cb=lambda nonce: credentials.key.sign_nonce(nonce).encode(), inbox_prefix=f"_INBOX.{user}",
        error_cb=failed, allow_reconnect=False)


async def prepare(world):
    client = await connect(world, "admin")
    streams = client.jetstream()
    for stream, subjects in (("PLANT", ["plant.>"]), ("OTHER", ["other.>"])):
        await streams.add_stream(name=stream, subjects=subjects, allow_direct=True)
    for stream, consumer, subject in (
            ("PLANT", "billing", "plant.*.bill"), ("PLANT", "foreign", "plant.>"), ("OTHER", "billing", "other.>")):
        await streams.add_consumer(stream, ConsumerConfig(
            durable_name=consumer, filter_subject=subject, ack_policy="explicit"))
    for subject in ("plant.a.bill", "plant.b.bill", "plant.a.secret", "other.x"):
        await streams.publish(subject, subject.encode())
    for bucket in ("CONFIG", "SECRET"):
        values = await streams.create_key_value(bucket=bucket, direct=True)
        for key in ("app.one", "app.putter.one", "sys.one"):
            await values.put(key, key.encode())
    for bucket in ("FILES", "PRIVATE"):
        store = await streams.create_object_store(bucket)
        await store.put("firmware", b"x" * 300_000)
    await client.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verbs")
    (folder / "chancery.yaml").write_text("chancery: v1\naccounts: { A: a.yaml }\n")
    (folder / "a.yaml").write_text(POLICY)
    account = Account(
        "A", roles={role: template(folder, role) for role in ROLES},
        users=(User("admin"), *(User(role, role=role) for role in ROLES)))
    world = World(
        "nats-server", Streaming(Realm((account,))), folder, f"jetstream {{ store_dir: '{folder}/store' }}")
    try:
        asyncio.run(prepare(world))
        yield world
    finally:
        world.close()


def refused(world, user, *subjects):
    """Every subject is refused to the user."""
    with world.open() as connection:
        connection.sign_in(world.credentials(f"A.{user}"))
        for subject in subjects:
            problem = connection.publish(subject, b"{}")
            assert problem is not None and "Permissions Violation for Publish" in problem, subject


def does(world, user, work):
    async def run():
        client = await connect(world, user)
        try:
            return await work(client.jetstream(timeout=4))
        finally:
            await client.close()

    return asyncio.run(run())


# What no verb but `manage` may do with its stream, and nobody with another.
MANAGING = ("STREAM.DELETE", "STREAM.PURGE", "STREAM.UPDATE", "STREAM.CREATE", "STREAM.MSG.DELETE")


def managing(stream):
    return [f"{API}{word}.{stream}" for word in MANAGING] + [f"{API}CONSUMER.DELETE.{stream}.billing"]


def reading(stream):
    return [
        f"{API}STREAM.MSG.GET.{stream}", f"{API}DIRECT.GET.{stream}", f"{API}DIRECT.GET.{stream}.x",
        f"{API}CONSUMER.CREATE.{stream}", f"{API}CONSUMER.CREATE.{stream}.n.x",
        f"{API}CONSUMER.DURABLE.CREATE.{stream}.n", f"{API}CONSUMER.MSG.NEXT.{stream}.foreign"]


def test_work_takes_and_acknowledges(world):
    async def work(streams):
        consumer = await streams.pull_subscribe_bind("billing", "PLANT")
        (message,) = await consumer.fetch(1, timeout=4)
        await message.ack_sync(timeout=4)
        return message.subject, (await consumer.consumer_info()).name

    assert does(world, "worker", work) == ("plant.a.bill", "billing")
    refused(
        world, "worker", *managing("PLANT"), *reading("PLANT"), *reading("OTHER"), f"{API}STREAM.INFO.PLANT",
        f"{API}CONSUMER.MSG.NEXT.OTHER.billing", f"{API}CONSUMER.INFO.PLANT.foreign", f"{API}STREAM.NAMES",
        "$JS.ACK.PLANT.foreign.1.1.1.1.0", "$JS.ACK.OTHER.billing.1.1.1.1.0", "plant.a.bill")


def test_read_makes_consumers(world):
    async def work(streams):
        push = await streams.subscribe("plant.>", stream="PLANT", ordered_consumer=True)
        pull = await streams.pull_subscribe("plant.*.secret", durable="mine", stream="PLANT")
        (secret,) = await pull.fetch(1, timeout=4)
        await secret.ack_sync(timeout=4)
        last = await streams.get_last_msg("PLANT", "plant.b.bill")
        return (await push.next_msg(4)).subject, secret.subject, last.data

    assert does(world, "reader", work) == ("plant.a.bill", "plant.a.secret", b"plant.b.bill")
    refused(
        world, "reader", *managing("PLANT"), *managing("OTHER"), *reading("OTHER"), f"{API}STREAM.INFO.OTHER",
        "plant.a.bill")


def test_manage_changes_its_stream_and_no_other(world):
    async def work(streams):
        information = await streams.stream_info("PLANT")
        await streams.update_stream(information.config.evolve(max_msgs=100))
        await streams.add_consumer("PLANT", ConsumerConfig(durable_name="made", ack_policy="explicit"))
        await streams.delete_consumer("PLANT", "made")
        await streams.purge_stream("PLANT", subject="plant.a.secret")
        return (await streams.stream_info("PLANT")).config.max_msgs

    assert does(world, "manager", work) == 100
    refused(world, "manager", *managing("OTHER"), *reading("OTHER"), "plant.a.bill", f"{API}STREAM.NAMES")


def test_get_looks_up_keys(world):
    async def work(streams):
        values = await streams.key_value("CONFIG")
        found = (await values.get("app.one")).value
        with pytest.raises(Timeout):
            await values.get("sys.one")
        return found

    assert does(world, "getter", work) == b"app.one"
    refused(
        world, "getter", *managing("KV_CONFIG"), f"{API}DIRECT.GET.KV_CONFIG", f"{API}STREAM.MSG.GET.KV_CONFIG",
        f"{API}CONSUMER.CREATE.KV_CONFIG", f"{API}DIRECT.GET.KV_SECRET.$KV.SECRET.app.one",
        f"{API}DIRECT.GET.KV_CONFIG.$KV.CONFIG.sys.one", f"{API}STREAM.INFO.KV_SECRET", "$KV.CONFIG.app.one")


def test_put_writes_keys(world):
    async def work(streams):
        values = await streams.key_value("CONFIG")
        revision = await values.put("app.putter.two", b"2")
        await values.delete("app.putter.two")
        return revision

    assert does(world, "putter", work) > 0
    refused(
        world, "putter", *managing("KV_CONFIG"), *reading("KV_CONFIG"), "$KV.CONFIG.app.one", "$KV.CONFIG.sys.one",
        "$KV.SECRET.app.putter.one", f"{API}STREAM.INFO.KV_SECRET")


def test_watch_follows_keys(world):
    async def work(streams):
        values = await streams.key_value("CONFIG")
        watcher = await values.watch("app.>")
        return (await watcher.updates(timeout=4)).key

    assert does(world, "watcher", work).startswith("app.")
    refused(
        world, "watcher", *managing("KV_CONFIG"), *reading("KV_SECRET"), f"{API}STREAM.MSG.GET.KV_CONFIG",
        "$KV.CONFIG.app.one", f"{API}CONSUMER.CREATE.KV_CONFIG.n.$KV.CONFIG.sys.one")


def test_manage_keeps_a_bucket(world):
    async def work(streams):
        values = await streams.key_value("CONFIG")
        await streams.purge_stream("KV_CONFIG", subject="$KV.CONFIG.sys.one")
        return (await values.status()).bucket

    assert does(world, "keeper", work) == "CONFIG"
    refused(world, "keeper", *managing("KV_SECRET"), *reading("KV_SECRET"), "$KV.SECRET.app.one")


def test_objects_are_read(world):
    async def work(streams):
        store = await streams.object_store("FILES")
        return len((await store.get("firmware")).data)

    assert does(world, "viewer", work) == 300_000
    refused(
        world, "viewer", *managing("OBJ_FILES"), *reading("OBJ_PRIVATE"), "$O.FILES.C.x", "$O.FILES.M.x",
        f"{API}STREAM.INFO.OBJ_PRIVATE")


def test_objects_are_put_and_replaced(world):
    async def work(streams):
        store = await streams.object_store("FILES")
        for content in (b"y" * 200_000, b"z" * 1_000):
            information = await store.put("manual", content)
        return information.size

    assert does(world, "writer", work) == 1_000
    refused(
        world, "writer", f"{API}STREAM.DELETE.OBJ_FILES", f"{API}STREAM.UPDATE.OBJ_FILES",
        f"{API}CONSUMER.CREATE.OBJ_FILES", *managing("OBJ_PRIVATE"), *reading("OBJ_PRIVATE"), "$O.PRIVATE.C.x")


def test_manage_owns_an_object_store(world):
    async def work(streams):
        information = await streams.stream_info("OBJ_FILES")
        await streams.update_stream(information.config.evolve(description="ours"))
        return (await streams.stream_info("OBJ_FILES")).config.description

    assert does(world, "owner", work) == "ours"
    refused(world, "owner", *managing("OBJ_PRIVATE"), *reading("OBJ_PRIVATE"))
