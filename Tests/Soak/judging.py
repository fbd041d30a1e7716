"""Who is entitled to what, said by the oracle, while claims change under way.

Every claims update is a version. What was published or received while updates were on their way may have been judged by
the broker under any version of that time, so that an act is wrong only if no such version allows it, and a message is lost
only if every such version would have delivered it.
"""

import json
import subprocess


class Judge:
    """The oracle, in a process of its own; what it has answered is kept."""

    def __init__(self, program):
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self._known, self._answers = set(), {}
        self.questions = 0

    def _ask(self, line):
        self.questions += 1
        self._process.stdin.write(json.dumps(line) + "\n")
        return self._process.stdout.readline() == "yes\n"

    def allows(self, kind, version, verb, subject, group=None):
        """Whether the rules of a kind of user, at a version, let somebody publish a subject, or have it delivered."""
        key = (kind.name, kind.version(version), verb, subject, group)
        answer = self._answers.get(key)
        if answer is None:
            role = f"{kind.name} {kind.version(version)}"
            if role not in self._known:
                assert self._ask({"role": role, "user": kind.user} | kind.rules(version)), f"{role} is not let in"
                self._known.add(role)
            answer = self._answers[key] = self._ask({"of": role, verb: subject, "group": group})
        return answer

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)


class Kind:
    """A kind of users: all who have the same rules."""

    def __init__(self, name, account, rules, user="", changes=True):
        self.name, self.account, self.user = name, account, user
        self._rules, self._changes = rules, changes

    def version(self, version):
        return version if self._changes else 0

    def rules(self, version):
        return self._rules(version) if self._changes else self._rules


class Versions:
    """When which claims were in force: at any time those of the last answered update, up to those of the last sent one."""

    def __init__(self):
        self.answered, self.sent = 0, 0


class Published:
    """One message: who sent it, on which subject, and under which claims it may have been."""

    __slots__ = ("kind", "subject", "first", "last")

    def __init__(self, kind, subject, first):
        self.kind, self.subject, self.first, self.last = kind, subject, first, None


class Court:
    """Judges every message that arrives, and counts."""

    def __init__(self, judge, versions):
        self.judge, self.versions = judge, versions
        self.published, self.wrong = [], []
        self.delivered = self.refused = 0

    def publish(self, kind, subject):
        """Enters a message that is about to be sent; returns its number, which it has to carry."""
        self.published.append(Published(kind, subject, self.versions.answered))
        return len(self.published) - 1

    def _crosses(self, message, receiver):
        """Whether the message may get from its sender's account to the receiver's: within one, or by the import."""
        if message.kind.account == receiver.account:
            return True
        return (message.kind.account, receiver.account) == ("A", "B") and message.subject.startswith("feed.")

    def may(self, message, receiver, group, version):
        """Whether a message gets to a receiver under one version of the claims."""
        return (self._crosses(message, receiver)
                and self.judge.allows(message.kind, version, "publish", message.subject)
                and self.judge.allows(receiver, version, "deliver", message.subject, group))

    def deliver(self, number, subject, receiver, group):
        """Judges a message that has arrived."""
        self.delivered += 1
        message = self.published[number] if number < len(self.published) else None
        if message is None or message.subject != subject:
            return self.fault(f"{receiver.name} got message {number} on {subject}, which nobody sent so")
        last = self.versions.sent
        senders = any(
            self.judge.allows(message.kind, version, "publish", subject) for version in range(message.first, last + 1))
        receivers = any(
            self.judge.allows(receiver, version, "deliver", subject, group)
            for version in range(message.first, last + 1))
        if not (self._crosses(message, receiver) and senders and receivers):
            self.fault(f"{receiver.name} got {subject} from {message.kind.name}, versions {message.first} to {last}")

    def violate(self, kind, subject, first):
        """Judges a refusal to publish."""
        self.refused += 1
        if all(self.judge.allows(kind, version, "publish", subject)
               for version in range(max(0, first), self.versions.sent + 1)):
            self.fault(f"{kind.name} was refused {subject}, versions {first} to {self.versions.sent}")

    def certain(self, message, receiver, group=None):
        """Whether a message, sent at a known time, had to arrive whatever the claims were just then."""
        last = min(self.versions.sent, (message.last if message.last is not None else self.versions.sent) + 1)
        return all(self.may(message, receiver, group, version) for version in range(message.first, last + 1))

    def fault(self, text):
        if len(self.wrong) < 1000:
            self.wrong.append(text)
