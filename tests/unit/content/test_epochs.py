"""Epochs turn while people write; no key is lost, and old backups become noise.

Tables in moto; KMS is the strict fake, because others decrypt under keys that are being deleted.
"""

import copy
import json
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from functions.core.content.binding import Binding
from functions.core.content.dynamodb import DynamoKeys
from functions.core.content.epoch_dynamodb import DynamoEpochs
from functions.core.content.epoch_kms import Access, KmsEpochKeys
from functions.core.content.epochs import EpochRules, Epochs
from functions.core.content.errors import EpochUnusableError, KeyDestroyedError
from functions.core.content.keyring import KeyRing
from functions.core.content.kms import KmsRoots
from tests.fakes import tables
from tests.fakes.audit import table_writer
from tests.fakes.kms import DAY_S, StrictKms

HERE = Binding("conversations", "r", "f")
RULES = EpochRules(epoch_days=14, pending_days=7)
PEOPLE = [f"n{number:03d}~0" for number in range(60)]
ACCESS = Access(account_root="root", administrator="epoch", users=("inbound", "sender"))


class Killed(BaseException):
    pass


class Dying:
    """Dies at one moment; moments are the instants before and after every call to a part."""

    def __init__(self, deadly):
        self.deadly, self.moments = deadly, 0

    def around(self, part):
        return _Watched(part, self._moment)

    def _moment(self):
        self.moments += 1
        if self.moments == self.deadly:
            raise Killed


class _Watched:
    def __init__(self, part, moment):
        self._part, self._moment = part, moment

    def __getattr__(self, name):
        method = getattr(self._part, name)

        def run(*args, **more):
            self._moment()
            result = method(*args, **more)
            self._moment()
            return result

        return run


class MemoryProofs:
    def __init__(self):
        self.documents = {}

    def put(self, kind, content):
        text = json.dumps(content, sort_keys=True)
        name = f"{kind}-{hash(text)}"
        self.documents[name] = content
        return name

    def of(self, kind):
        return [doc for name, doc in self.documents.items() if name.startswith(kind)]


class World:
    def __init__(self):
        self.dynamodb = boto3.client("dynamodb")
        tables.create(self.dynamodb)
        self.kms, self.proofs = StrictKms(), MemoryProofs()
        self.epochs = self.service()

    def service(self, around=lambda part: part):
        return Epochs(
            store=around(DynamoEpochs(self.dynamodb, "keys")),
            keys=around(KmsEpochKeys(self.kms, ACCESS, stage="test", pending_days=7)),
            roots=KmsRoots(self.kms),
            proofs=around(self.proofs),
            rules=RULES,
            now_ms=lambda: int(self.kms.now * 1000),
        )

    def ring(self):
        """A new execution environment."""
        return KeyRing(
            store=DynamoKeys(self.dynamodb, "keys", table_writer(self.dynamodb)),
            roots=KmsRoots(self.kms),
            clock=lambda: self.kms.now,
        )

    def turn(self, epochs=None):
        """What the state machine does, without its waits."""
        epochs = epochs or self.epochs
        plan = epochs.plan()
        if plan["open"]:
            epochs.open()
            plan = epochs.plan()
        old = plan["old"]
        if not old:
            return None
        while not epochs.rewrap(old, limit=25).done:
            pass
        if epochs.retire(old) is None:
            return "refused"
        return epochs.prove(old)

    def days(self, number):
        self.kms.now += number * DAY_S

    def items(self):
        return self.dynamodb.scan(TableName="keys")["Items"]

    def restore(self, items):
        for item in self.items():
            self.dynamodb.delete_item(TableName="keys", Key={"pk": item["pk"]})
        for item in items:
            self.dynamodb.put_item(TableName="keys", Item=item)


@pytest.fixture
def world():
    with mock_aws():
        yield World()


def seal_all(world):
    ring = world.ring()
    return {person: ring.seal(person, HERE, person.encode()) for person in PEOPLE}


def all_open(world, sealed):
    ring = world.ring()
    return all(ring.open(p, HERE, envelope) == p.encode() for p, envelope in sealed.items())


def test_the_first_run_opens_the_first_epoch(world):
    assert world.epochs.plan() == {"open": True, "old": 0}
    world.turn()
    assert world.epochs.plan() == {"open": False, "old": 0}
    assert all_open(world, seal_all(world))


def test_an_epoch_lasts_as_long_as_the_stage_says(world):
    world.turn()
    world.days(13)
    assert world.turn() is None
    world.days(1)
    assert world.turn() is not None
    assert world.epochs.plan() == {"open": False, "old": 0}


def test_everybody_moves_and_can_still_be_read(world):
    world.turn()
    sealed = seal_all(world)
    world.days(14)
    world.turn()
    world.days(8)
    assert all_open(world, sealed)
    assert {item["epoch"]["N"] for item in world.items() if item["pk"]["S"].startswith("KEY#")} == {
        "2"
    }


def test_a_restored_backup_of_the_keys_is_useless_once_the_epoch_turned(world):
    world.turn()
    sealed = seal_all(world)
    backup = copy.deepcopy(world.items())
    keys = DynamoKeys(world.dynamodb, "keys", table_writer(world.dynamodb))
    keys.destroy(keys.load(PEOPLE[:1])[PEOPLE[0]], now_ms=1)
    world.days(14)
    world.turn()

    world.restore(backup)  # KMS refuses from the moment deletion is scheduled
    with pytest.raises(EpochUnusableError):
        world.ring().open(PEOPLE[0], HERE, sealed[PEOPLE[0]])
    world.days(7)
    with pytest.raises(EpochUnusableError):
        world.ring().open(PEOPLE[0], HERE, sealed[PEOPLE[0]])


def test_the_bound_holds_for_a_backup_made_at_any_time(world):
    """Destroyed on any day of an epoch, a backup of that moment is worthless within the bound."""
    world.turn()
    began = world.kms.now
    for day in (1, 7, 13):
        world.kms.now = began + day * DAY_S
        person = PEOPLE[day]
        sealed = world.ring().seal(person, HERE, b"secret")
        backup = copy.deepcopy(world.items())
        keys = DynamoKeys(world.dynamodb, "keys", table_writer(world.dynamodb))
        keys.destroy(keys.load([person])[person], now_ms=1)
        started = world.kms.now
        later = copy.deepcopy(world.items())
        while world.kms.now < started + RULES.bound_days * DAY_S:
            world.turn()
            world.kms.now += DAY_S
        world.restore(backup)
        with pytest.raises(EpochUnusableError):
            world.ring().open(person, HERE, sealed)
        world.restore(later)  # the world goes on from before the wait
        for key in world.kms.keys.values():
            key["state"] = "Enabled"
            key.pop("deletion", None)


def test_what_was_destroyed_stays_destroyed(world):
    world.turn()
    sealed = seal_all(world)
    keys = DynamoKeys(world.dynamodb, "keys", table_writer(world.dynamodb))
    keys.destroy(keys.load(PEOPLE[:1])[PEOPLE[0]], now_ms=42)
    world.days(14)
    world.turn()
    with pytest.raises(KeyDestroyedError) as error:
        world.ring().open(PEOPLE[0], HERE, sealed[PEOPLE[0]])
    assert error.value.destroyed_ms == 42
    del sealed[PEOPLE[0]]
    assert all_open(world, sealed)


def test_an_epoch_with_a_held_key_that_cannot_move_is_not_ended(world):
    world.turn()
    sealed = seal_all(world)
    held = {"pk": {"S": f"KEY#{PEOPLE[5]}"}}
    wrapped = next(i["wrapped_key"] for i in world.items() if i["pk"] == held["pk"])
    world.dynamodb.update_item(
        TableName="keys",
        Key=held,
        UpdateExpression="SET wrapped_key = :broken",
        ExpressionAttributeValues={":broken": {"B": b"broken"}},
    )
    assert DynamoKeys(world.dynamodb, "keys", table_writer(world.dynamodb)).hold(PEOPLE[5], "h_1")
    world.days(14)
    assert world.turn() == "refused"
    assert world.epochs.dependents(1).held == [PEOPLE[5]]
    assert world.kms.keys[_first_key(world)]["state"] == "Enabled"

    world.dynamodb.update_item(
        TableName="keys",
        Key=held,
        UpdateExpression="SET wrapped_key = :right",
        ExpressionAttributeValues={":right": wrapped},
    )
    world.kms.now += 3600
    assert world.turn() in world.proofs.documents
    assert all_open(world, sealed)


def _first_key(world):
    return min(world.kms.keys, key=lambda arn: int(arn.rpartition("/")[2]))


def test_a_held_key_is_not_destroyed(world):
    world.turn()
    seal_all(world)
    keys = DynamoKeys(world.dynamodb, "keys", table_writer(world.dynamodb))
    assert keys.hold(PEOPLE[5], "h_1")
    assert not keys.destroy(keys.load([PEOPLE[5]])[PEOPLE[5]], now_ms=1)


def test_the_proof_says_what_moved_and_when_the_old_key_is_gone(world):
    world.turn()
    seal_all(world)
    world.days(14)
    world.turn()
    (proof,) = world.proofs.of("epochs/1/proof")
    assert proof["moved"] == len(PEOPLE)
    assert proof["dependents"] == 0
    assert proof["kms_key"] == _first_key(world)
    assert proof["deletion_ms"] == int((world.kms.now + 7 * DAY_S) * 1000)
    listed = [
        name for name in proof["moved_lists"] for name, _ in world.proofs.documents[name]["keys"]
    ]
    assert sorted(listed) == PEOPLE


def test_people_who_write_while_an_epoch_turns_lose_nothing(world):
    """An environment that remembers the old epoch writes in between every two steps."""
    world.turn()
    remembering = world.ring()
    sealed = {PEOPLE[0]: remembering.seal(PEOPLE[0], HERE, PEOPLE[0].encode())}
    world.days(14)
    number = [100]

    class Between:
        def __init__(self, part):
            self._part = part

        def __getattr__(self, name):
            method = getattr(self._part, name)

            def run(*args, **more):
                number[0] += 1
                person = f"n{number[0]}~0"
                sealed[person] = remembering.seal(person, HERE, person.encode())
                return method(*args, **more)

            return run

    for _ in range(3):
        world.turn(world.service(around=Between))
    assert world.epochs.plan()["old"] == 0
    world.days(8)
    assert all_open(world, sealed)


def test_killed_before_and_after_every_call_it_ends_in_the_same_state(world):
    world.turn()
    sealed = seal_all(world)
    world.days(14)
    for deadly in range(1, 1000):
        dying = Dying(deadly)
        try:
            done = world.turn(world.service(around=dying.around))
        except Killed:
            assert all_open(world, sealed)
            world.kms.now += 3600  # the next run
            continue
        assert done != "refused"
        if dying.moments < deadly:
            break
    assert deadly > 10
    world.days(8)
    assert all_open(world, sealed)
    assert world.epochs.plan() == {"open": False, "old": 0}
    assert world.proofs.of("epochs/1/proof")


def test_two_runs_at_once_open_one_epoch(world):
    world.turn()
    world.days(14)
    other = world.service()

    class Overtaken:
        def __init__(self, part):
            self._part = part

        def __getattr__(self, name):
            if name == "open":
                other.open()
            return getattr(self._part, name)

    assert world.service(around=Overtaken).open() == 2
    assert world.turn() is not None
    states = [key["state"] for key in world.kms.keys.values()]
    assert sorted(states) == ["Enabled", "PendingDeletion", "PendingDeletion"]


def test_an_epoch_that_another_run_is_at_is_left_to_it_until_that_run_is_dead(world):
    world.turn()
    seal_all(world)
    world.days(14)
    world.epochs.open()
    world.epochs.rewrap(1, limit=25)
    assert world.epochs.plan() == {"open": False, "old": 0}
    world.kms.now += 3600
    assert world.epochs.plan() == {"open": False, "old": 1}


def test_who_may_use_a_key_is_brought_up_to_date(world):
    world.turn()
    more = replace(ACCESS, users=(*ACCESS.users, "exporter"))
    keys = KmsEpochKeys(world.kms, more, stage="test", pending_days=7)
    keys.share(_first_key(world))
    policy = json.loads(world.kms.keys[_first_key(world)]["request"]["Policy"])
    (users,) = [s for s in policy["Statement"] if s["Sid"] == "open"]
    assert users["Action"] == ["kms:Decrypt"]
    assert users["Principal"]["AWS"] == ["exporter", "inbound", "sender"]
    (root,) = [s for s in policy["Statement"] if s["Sid"] == "manage"]
    assert not {"kms:Decrypt", "kms:CancelKeyDeletion", "kms:*"} & set(root["Action"])


@pytest.mark.parametrize(("epoch_days", "pending_days", "bound"), [(14, 7, 23), (30, 30, 62)])
def test_the_bound_follows_from_the_stage(epoch_days, pending_days, bound):
    assert EpochRules(epoch_days=epoch_days, pending_days=pending_days).bound_days == bound
