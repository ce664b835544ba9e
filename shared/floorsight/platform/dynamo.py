"""The table port on DynamoDB."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from floorsight.platform.aws import translated
from floorsight.platform.dynamo_values import from_dynamo, serialise, to_dynamo
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import Item, Key
from floorsight.platform.retry import Backoff
from floorsight.platform.table import (
    MAX_BATCH_KEYS,
    Expectation,
    Page,
    Put,
    Range,
    Refusal,
    TransactionRefused,
    Update,
    Write,
    check_start_key,
    check_transaction,
    key_names,
)

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient

_PATIENCE = Backoff()  # DynamoDB answers a batch in part when it is busy, or at 16 MB


def _begin_tries() -> Iterator[int]:
    """Waits before every try but the first, which is under way."""
    tries = _PATIENCE.tries()
    next(tries)
    return tries


class DynamoTable:
    """`Table` on DynamoDB."""

    def __init__(self, name: str, client: DynamoDBClient) -> None:
        self.name = name
        self._client = client

    def get(self, key: Key) -> Item | None:
        with translated("DynamoDB", _translate):
            answer = self._client.get_item(
                TableName=self.name, Key=to_dynamo(key.attributes()), ConsistentRead=True
            )
        found = answer.get("Item")
        return from_dynamo(found) if found else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        waiting = deque(dict.fromkeys(keys))
        tries = _begin_tries()
        while waiting:
            asked = [waiting.popleft() for _ in range(min(len(waiting), MAX_BATCH_KEYS))]
            answered, left = self._get_batch(asked)
            found |= answered
            if len(left) < len(asked):
                tries = _begin_tries()  # it goes on
            elif next(tries, None) is None:
                raise Unavailable("DynamoDB is busy: it leaves the keys of a batch unread")
            waiting.extend(left)
        return found

    def _get_batch(self, keys: list[Key]) -> tuple[dict[Key, Item], list[Key]]:
        """The items of up to 100 keys, and the keys that DynamoDB left for another try."""
        asked = [to_dynamo(key.attributes()) for key in keys]
        with translated("DynamoDB", _translate):
            answer = self._client.batch_get_item(
                RequestItems={self.name: {"Keys": asked, "ConsistentRead": True}}
            )
        items = [from_dynamo(item) for item in answer["Responses"].get(self.name, [])]
        left = answer.get("UnprocessedKeys", {}).get(self.name)
        plain = [from_dynamo(key) for key in left["Keys"]] if left else []
        unread = [Key(key["PK"], key["SK"]) for key in plain]
        return {Key(item["PK"], item["SK"]): item for item in items}, unread

    def query(
        self,
        pk: str,
        *,
        begins: str | None = None,
        after: str | None = None,
        until: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
        start_key: Item | None = None,
        index: bool = False,
    ) -> Page[Item]:
        if start_key is not None:
            check_start_key(start_key, pk, Range(begins, after, until), index=index)
        if after is not None and until is not None and after >= until:
            return Page([])  # DynamoDB calls an empty range an error
        request = self._query_request(pk, begins, after, until, index)
        request["ScanIndexForward"] = not newest_first
        if start_key is not None:
            request["ExclusiveStartKey"] = to_dynamo(start_key)
        # One more than asked for tells whether there are more; DynamoDB's own key may lead to nothing.
        items = self._collect(request, None if limit is None else limit + 1)
        if limit is None or len(items) <= limit:
            return Page(items)
        last = items[limit - 1]
        return Page(items[:limit], {name: last[name] for name in key_names(index=index)})

    def _collect(self, request: dict[str, Any], wanted: int | None) -> list[Item]:
        """Up to `wanted` items, over as many of DynamoDB's 1 MB pages as it takes."""
        items: list[Item] = []
        while True:
            if wanted is not None:
                request["Limit"] = wanted - len(items)
            with translated("DynamoDB", _translate):
                answer = self._client.query(**request)
            items.extend(from_dynamo(item) for item in answer["Items"])
            request["ExclusiveStartKey"] = answer.get("LastEvaluatedKey")
            if not request["ExclusiveStartKey"] or (wanted is not None and len(items) >= wanted):
                return items

    def _query_request(
        self, pk: str, begins: str | None, after: str | None, until: str | None, index: bool
    ) -> dict[str, Any]:
        partition_name, sort_name = key_names(index=index)[:2]
        names = {"#p": partition_name}
        values = {":p": {"S": pk}}
        condition = "#p = :p"
        if begins is not None:
            names["#s"] = sort_name
            values[":b"] = {"S": begins}
            condition += " AND begins_with(#s, :b)"
        elif after is not None or until is not None:
            names["#s"] = sort_name
            # BETWEEN includes its lower end; "after" excludes it, hence the smallest text above it.
            values[":a"] = {"S": (after or "") + "\x00"}
            values[":u"] = {"S": until if until is not None else "\U0010ffff"}
            condition += " AND #s BETWEEN :a AND :u"
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
        }
        return request | ({"IndexName": "GSI1"} if index else {"ConsistentRead": True})

    def write(self, write: Write) -> None:
        operation, request = self._request(write)
        calls: dict[str, Callable[..., Any]] = {
            "Put": self._client.put_item,
            "Update": self._client.update_item,
            "Delete": self._client.delete_item,
        }
        with translated("DynamoDB", _translate):
            calls[operation](**request)

    def transact(self, writes: Sequence[Write]) -> None:
        check_transaction(writes)
        items = [{operation: request} for operation, request in map(self._request, writes)]
        with translated("DynamoDB", _translate):
            self._client.transact_write_items(TransactItems=items)  # type: ignore[arg-type]

    def _request(self, write: Write) -> tuple[str, dict[str, Any]]:
        expression = _Expression()
        request: dict[str, Any] = {"TableName": self.name}
        if isinstance(write, Put):
            operation = "Put"
            request["Item"] = to_dynamo(write.item)
        else:
            operation = "Update" if isinstance(write, Update) else "Delete"
            request["Key"] = to_dynamo(write.key.attributes())
        if isinstance(write, Update):
            request["UpdateExpression"] = expression.update(write)
        if condition := expression.condition(write.expect):
            request["ConditionExpression"] = condition
        return operation, request | expression.placeholders()


class _Expression:
    """Collects the name and value placeholders of one request."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, Any] = {}

    def update(self, write: Update) -> str:
        parts = []
        overwrite = {name: value for name, value in write.set.items() if value is not None}
        remove = [name for name, value in write.set.items() if value is None]
        if overwrite:
            parts.append(
                "SET " + ", ".join(f"{self._name(n)} = {self._value(v)}" for n, v in overwrite.items())
            )
        if remove:
            parts.append("REMOVE " + ", ".join(map(self._name, remove)))
        if write.add:
            parts.append(
                "ADD " + ", ".join(f"{self._name(n)} {self._value(v)}" for n, v in write.add.items())
            )
        return " ".join(parts)

    def condition(self, expect: Expectation) -> str:
        parts = ["attribute_not_exists(PK)"] if expect.absent else []
        for name, value in expect.equals.items():
            if value is None:
                parts.append(f"attribute_not_exists({self._name(name)})")
            else:
                parts.append(f"{self._name(name)} = {self._value(value)}")
        for name, most in expect.at_most.items():
            attribute = self._name(name)
            if most < 0:  # a missing number counts as 0, which is more
                parts.append(f"{attribute} <= {self._value(most)}")
            else:
                parts.append(f"(attribute_not_exists({attribute}) OR {attribute} <= {self._value(most)})")
        return " AND ".join(parts)

    def placeholders(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self._names:
            found["ExpressionAttributeNames"] = self._names
        if self._values:
            found["ExpressionAttributeValues"] = self._values
        return found

    def _name(self, name: str) -> str:
        placeholder = f"#n{len(self._names)}"
        self._names[placeholder] = name
        return placeholder

    def _value(self, value: Any) -> str:
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = serialise(value)
        return placeholder


# ThrottlingException and its kin are retried by botocore first; what comes here outlasted that.
_TRANSIENT = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionInProgressException",
}
_CONTENTION_REASONS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


def _translate(error: ClientError) -> Exception:
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        reasons = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
        return _cancellation(reasons, error)
    if code == "ConditionalCheckFailedException":
        return Conflict("the stored item is not as expected", code="expectation_failed")
    if code in _TRANSIENT or code == "TransactionConflictException":
        return Unavailable(f"DynamoDB is busy: {code}")
    return error


def _cancellation(reasons: list[str], error: Exception) -> Exception:
    refusals = []
    for reason in reasons:
        if reason == "None":
            refusals.append(Refusal.NONE)
        elif reason == "ConditionalCheckFailed":
            refusals.append(Refusal.EXPECTATION)
        elif reason in _CONTENTION_REASONS:
            refusals.append(Refusal.CONTENTION)
        else:  # ValidationError, ItemCollectionSizeLimitExceeded: a fault of ours, not of the moment
            return error
    return TransactionRefused(refusals)
