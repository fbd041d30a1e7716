"""Sets of policies with a leak planted in each, of one of six kinds, and sets without any.

A set has a few accounts with roles, imports, mappings and streams that have nothing to do with what is secret, and one way
to it that has. The rule under `never` is about everybody who should not get there.
"""

KINDS = ("direct", "reply", "stream", "mapping", "import", "group")
WORDS = ("plant", "line", "press", "paint", "oven", "mixer", "dock", "gate", "hall", "cell")


class Planted:
    """The files of a set, by name, and who leaks what, by which kind of way."""

    def __init__(self, files, account, role, kind):
        self.files = files
        self.account = account
        self.role = role
        self.kind = kind

    def write(self, folder):
        for name, text in self.files.items():
            (folder / name).write_text(text)


class Account:
    def __init__(self, name):
        self.name = name
        self.exports = []
        self.imports = []
        self.mappings = []
        self.streams = []
        self.roles = {}

    def text(self):
        lines = ["chancery: v1", f"account: {self.name}"]
        for key in ("exports", "imports"):
            if getattr(self, key):
                lines.append(f"{key}:")
                lines += [f"  - {entry}" for entry in getattr(self, key)]
        for key in ("mappings", "streams"):
            if getattr(self, key):
                lines.append(f"{key}:")
                lines += [f"  {entry}" for entry in getattr(self, key)]
        lines.append("roles:")
        for role, keys in self.roles.items():
            lines.append(f"  {role}:")
            lines += [f"    {key}" for key in keys]
        return "\n".join(lines) + "\n"


class Planter:
    """Draws sets. Ordinary rules never name `secret`, and no ordinary rule has a wildcard at the start."""

    def __init__(self, dice):
        self.dice = dice
        self.accounts = [Account(f"T{number}") for number in range(dice.randint(2, 5))]
        self.rules = []

    def word(self):
        return self.dice.choice(WORDS)

    def pattern(self):
        tokens = [self.word()] + [self.dice.choice((self.word(), self.word(), "*")) for _ in range(self.dice.randint(0, 2))]
        return ".".join(tokens) + self.dice.choice(("", "", ".>"))

    def ordinary(self):
        """Roles, exports, imports and mappings as any set has them."""
        for account in self.accounts:
            for number in range(self.dice.randint(1, 4)):
                keys = [f'publish: [ "{self.pattern()}", "{self.pattern()}" ]']
                if self.dice.random() < 0.5:
                    keys.append(f'subscribe: {{ allow: [ "{self.pattern()}" ], deny: [ "{self.pattern()}" ] }}')
                if self.dice.random() < 0.3:
                    keys.append(f'queue: {{ "{self.pattern()}": [ workers ] }}')
                    keys.append("inbox: role")
                elif self.dice.random() < 0.3:
                    keys.append(f"call: [ {self.word()}.ask ]")
                account.roles[f"ordinary{number}"] = keys
            if self.dice.random() < 0.5:
                account.roles["answers"] = [f"serve: {{ {self.word()}.ask: {{ queue: desk, answers: 1 }} }}"]
            if self.dice.random() < 0.5:
                other = self.dice.choice([one for one in self.accounts if one is not account])
                subject = f"{self.word()}.{self.word()}.>"
                other.exports.append(f'{{ stream: "{subject}", grant: [ {account.name} ] }}')
                account.imports.append(f'{{ stream: "{subject}", from: {other.name}, as: "from.{other.name.lower()}.{subject}" }}')
        for account in self.accounts:
            # One export of a subject is enough, and of overlapping ones each has to grant.
            account.exports = sorted(set(account.exports))[:1]
        for account in self.accounts:
            account.imports = [
                entry for entry in account.imports
                if any(entry.split('"')[1] in export and account.name in export
                       for other in self.accounts for export in other.exports
                       if f"from: {other.name}," in entry)]

    def secret(self):
        """A pattern that no ordinary rule meets, and a subject of it."""
        head = "vault." + self.word()
        return self.dice.choice(((f"{head}.>", f"{head}.secret.{self.word()}"), (f"{head}.*.key", f"{head}.{self.word()}.key")))

    def rule(self, account, role, act, pattern, of):
        who = self.dice.choice((f"role {account.name}/{role}", f"account {account.name}", "anybody"))
        return f"{{ from: {who}, may not: {act} \"{pattern}\", of: {of.name} }}"

    def set(self, kind=None):
        self.ordinary()
        if kind is None:
            role, account = None, None
            self.harmless()
        else:
            account, role = getattr(self, "plant_" + kind)()
        names = ", ".join(f"{account.name}: {account.name}.yaml" for account in self.accounts)
        files = {f"{one.name}.yaml": one.text() for one in self.accounts}
        rules = "\n".join(f"  - {rule}" for rule in self.rules)
        files["chancery.yaml"] = f"chancery: v1\naccounts: {{ {names} }}\nnever:\n{rules}\n"
        return Planted(files, account.name if account else None, role, kind)

    def some(self):
        return self.dice.choice(self.accounts)

    def pair(self):
        return self.dice.sample(self.accounts, 2)

    # A set without a leak has the same pieces, put together so that nothing comes through.

    def harmless(self):
        exporter, importer = self.pair()
        pattern, subject = self.secret()
        head = subject.split(".")[0] + "." + subject.split(".")[1]
        exporter.roles["keeper"] = [f'publish: [ "{head}.>" ]']
        exporter.roles["near"] = [f'subscribe: {{ allow: [ "vault.>" ], deny: [ "{head}.>" ] }}']
        # A set with streams is nats-server's, which lets whoever asks aim the answer: there nobody asks.
        has_streams = self.dice.random() < 0.5
        exporter.roles["worker"] = ['queue: { "vault.other.>": [ w ] }']
        if has_streams:
            exporter.streams.append(f'OPEN: {{ subjects: [ "{self.word()}.open.>" ], consumers: {{ c: {{}} }} }}')
            exporter.streams.append('KEPT: { subjects: [ "vault.>" ], consumers: { other: { filter: "vault.other.>" } } }')
            exporter.roles["reader"] = ["publish: [ $JS.API.STREAM.MSG.GET.OPEN ]", "work: [ KEPT/other ]", "inbox: role"]
        else:
            exporter.roles["asks"] = ["call: [ desk.ask ]"]
            exporter.roles["desk"] = ["serve: { desk.ask: { answers: 1 } }"]
        exporter.mappings.append('"open.v1.*": { "open.v2.$1": 10%, stay: 90% }')
        importer.roles["far"] = ['subscribe: [ "vault.>" ]']
        other = "reader" if has_streams else "asks"
        for who in (f"role {exporter.name}/near", f"account {importer.name}", "outside", f"role {exporter.name}/{other}",
                    f"role {exporter.name}/worker"):
            self.rules.append(f'{{ from: {who}, may not: receive "{pattern}", of: {exporter.name} }}')
        for who in ("outside",) if has_streams else (f"role {exporter.name}/asks", "outside"):
            self.rules.append(f'{{ from: {who}, may not: publish "{pattern}", of: {exporter.name} }}')

    # The six kinds.

    def plant_direct(self):
        account = self.some()
        pattern, subject = self.secret()
        template = subject.rsplit(".", 1)[0] + ".{{name()}}"
        act = self.dice.choice(("receive", "publish"))
        key = "subscribe" if act == "receive" else "publish"
        broad = self.dice.choice((f'[ "{subject}" ]', '{ allow: [ "vault.>" ], deny: [ "vault.none.>" ] }', f'[ "{template}" ]'))
        if template.count(".") + 1 and "key" in pattern and "{{" in broad:
            broad = f'[ "{subject}" ]'
        account.roles["leak"] = [f"{key}: {broad}"]
        self.rules.append(self.rule(account, "leak", act, pattern, account))
        return account, "leak"

    def plant_reply(self):
        account = self.some()
        pattern, _ = self.secret()
        ask = f"desk.{self.word()}"
        account.roles["leak"] = [f"publish: [ {ask} ]", "replies: any"]
        answering = self.dice.choice((account, *self.accounts))
        queue = self.dice.choice(("", "queue: q, "))
        answering.roles["desk"] = [f"serve: {{ {ask}: {{ {queue}answers: 1 }} }}"]
        if answering is not account:
            answering.exports.append(f"{{ service: {ask}, grant: [ {account.name} ] }}")
            account.imports.append(f"{{ service: {ask}, from: {answering.name} }}")
        of = self.onward(account, answering) if self.dice.random() < 0.5 else account
        self.rules.append(self.rule(account, "leak", "publish", pattern, of))
        return account, "leak"

    def onward(self, account, answering):
        """Leads what comes to a secret of an account on to another one, as that is called there."""
        other = self.dice.choice([one for one in self.accounts if one is not account])
        # What comes back through a service, no stream takes on.
        if answering is not account or self.dice.random() < 0.5:
            other.exports.append(f'{{ service: "vault.>", grant: [ {account.name} ] }}')
            account.imports.append(f'{{ service: "vault.>", from: {other.name} }}')
        else:
            account.exports.append(f'{{ stream: "vault.>", grant: [ {other.name} ] }}')
            other.imports.append(f'{{ stream: "vault.>", from: {account.name} }}')
        return other

    def plant_stream(self):
        account = self.some()
        pattern, _ = self.secret()
        act = self.dice.choice(("receive", "receive", "publish"))
        consumers = "consumers: { part: { filter: [ vault.*.*.key, \"vault.*.secret.>\" ] } }"
        account.streams.append(
            f'KEPT: {{ subjects: [ "{"vault.>" if act == "receive" else "open.kept"}" ], '
            + (consumers if act == "receive" else "consumers: {}") + " }")
        doors = ["$JS.API.CONSUMER.CREATE.KEPT", "$JS.API.CONSUMER.DURABLE.CREATE.KEPT.c", "$JS.API.STREAM.UPDATE.KEPT",
                 "$JS.API.CONSUMER.CREATE.KEPT.*.>"]
        if act == "receive":
            doors += ["$JS.API.STREAM.MSG.GET.KEPT", "$JS.API.DIRECT.GET.KEPT", "$JS.API.DIRECT.GET.KEPT.>",
                      "$JS.API.CONSUMER.MSG.NEXT.KEPT.*", "$JS.API.CONSUMER.MSG.NEXT.KEPT.part", "$JS.ACK.KEPT.part.>"]
        account.roles["leak"] = [f'publish: [ "{self.dice.choice(doors)}" ]', "inbox: private"]
        self.rules.append(f'{{ from: role {account.name}/leak, may not: {act} "{pattern}", of: {account.name} }}')
        return account, "leak"

    def plant_mapping(self):
        account = self.some()
        pattern, subject = self.secret()
        if self.dice.random() < 0.5:
            # What is published as a secret comes out as something else.
            head = subject.rsplit(".", 1)[0]
            account.mappings.append(f'"{head}.*": {{ "open.shown.$1": {self.dice.choice((10, 50, 100))}%, stay: 0% }}'
                                    .replace("10%, stay: 0%", "10%, stay: 90%").replace("50%, stay: 0%", "50%, stay: 50%")
                                    .replace("100%, stay: 0%", "100%"))
            account.roles["leak"] = ['subscribe: [ "open.shown.*" ]']
            self.rules.append(f'{{ from: role {account.name}/leak, may not: receive "{head}.*", of: {account.name} }}')
            return account, "leak"
        # What is published as something else comes out as a secret.
        exporter, importer = self.pair()
        head = subject.rsplit(".", 1)[0]
        exporter.mappings.append(f'"front.*": {{ "{head}.$1": 100% }}')
        exporter.exports.append(f'{{ service: "front.*", grant: [ {importer.name} ] }}')
        importer.imports.append(f'{{ service: "front.*", from: {exporter.name}, as: "there.*" }}')
        importer.roles["leak"] = ['publish: [ "there.>" ]']
        self.rules.append(f'{{ from: account {importer.name}, may not: publish "{head}.*", of: {exporter.name} }}')
        return importer, "leak"

    def plant_import(self):
        exporter, importer = self.pair()
        pattern, subject = self.secret()
        head = subject.split(".")[0] + "." + subject.split(".")[1]
        if self.dice.random() < 0.5:
            exporter.exports.append(f'{{ stream: "{head}.>", grant: [ {importer.name} ] }}')
            local = self.dice.choice(("", f', as: "far.{head}.>"'))
            importer.imports.append(f'{{ stream: "{head}.>", from: {exporter.name}{local} }}')
            importer.roles["leak"] = [f'subscribe: [ "{"far." if local else ""}{subject}" ]']
            self.rules.append(self.rule(importer, "leak", "receive", pattern, exporter))
        else:
            exporter.exports.append(f'{{ service: "{subject}", grant: [ {importer.name} ] }}')
            importer.imports.append(f'{{ service: "{subject}", from: {exporter.name}, as: far.door }}')
            importer.roles["leak"] = ["publish: [ far.door ]"]
            self.rules.append(self.rule(importer, "leak", "publish", pattern, exporter))
        return importer, "leak"

    def plant_group(self):
        account = self.some()
        pattern, subject = self.secret()
        group = self.dice.choice(("w", "any", "v1"))
        account.roles["leak"] = [f'queue: {{ "{self.dice.choice((subject, "vault.>"))}": [ {group} ] }}']
        self.rules.append(self.rule(account, "leak", "receive", pattern, account))
        return account, "leak"
