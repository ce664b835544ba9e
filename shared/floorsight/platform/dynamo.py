"""The table port on DynamoDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from floorsight.platform.dynamo_values import from_dynamo, serialise, to_dynamo
from floorsight.platform.errors import Conflict, Unavailable
from floorsight.platform.items import Item, Key
from floorsight.platform.table import Expectation, Page, Put, Refusal, TransactionRefused, Update, Write

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoTable:
    """`Table` on DynamoDB."""

    def __init__(self, name: str, client: DynamoDBClient) -> None:
        self.name = name
        self._client = client

    def get(self, key: Key) -> Item | None:
        with _translated():
            answer = self._client.get_item(
                TableName=self.name, Key=to_dynamo(key.attributes()), ConsistentRead=True
            )
        found = answer.get("Item")
        return from_dynamo(found) if found else None

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
    ) -> Page:
        request = self._query_request(pk, begins, after, until, index)
        request["ScanIndexForward"] = not newest_first
        items: list[Item] = []
        cursor = to_dynamo(start_key) if start_key else None
        while True:
            if cursor:
                request["ExclusiveStartKey"] = cursor
            if limit is not None:
                request["Limit"] = limit - len(items)
            with _translated():
                answer = self._client.query(**request)
            items.extend(from_dynamo(item) for item in answer["Items"])
            cursor = answer.get("LastEvaluatedKey")
            if not cursor or (limit is not None and len(items) >= limit):
                return Page(items, from_dynamo(cursor) if cursor else None)

    def _query_request(
        self, pk: str, begins: str | None, after: str | None, until: str | None, index: bool
    ) -> dict[str, Any]:
        names = {"#p": "GSI1PK" if index else "PK"}
        values = {":p": {"S": pk}}
        condition = "#p = :p"
        low, high = (begins, begins and begins + "\U0010ffff") if begins else (after, until)
        if low is not None or high is not None:
            names["#s"] = "GSI1SK" if index else "SK"
            # BETWEEN includes its lower end; "after" excludes it, hence the smallest text above it.
            values[":a"] = {"S": low if begins else (low or "") + "\x00"} if low else {"S": "\x00"}
            values[":u"] = {"S": high or "\U0010ffff"}
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
        with _translated():
            calls[operation](**request)

    def transact(self, writes: Sequence[Write]) -> None:
        items = [{operation: request} for operation, request in map(self._request, writes)]
        with _translated():
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
        if write.set:
            parts.append(
                "SET " + ", ".join(f"{self._name(n)} = {self._value(v)}" for n, v in write.set.items())
            )
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


@contextmanager
def _translated() -> Iterator[None]:
    """Turns botocore's errors into ours, in one place."""
    from botocore import exceptions as boto

    try:
        yield
    except boto.ClientError as error:
        raise _translate(error) from error
    except (boto.ConnectionError, boto.HTTPClientError) as error:
        raise Unavailable(f"DynamoDB did not answer: {error}") from error


def _translate(error: Any) -> Exception:
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        reasons = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
        return _cancellation(reasons, error)
    if code == "ConditionalCheckFailedException":
        return Conflict("the stored item is not as expected", code="expectation_failed")
    if code in _TRANSIENT or code == "TransactionConflictException":
        return Unavailable(f"DynamoDB is busy: {code}")
    return error  # type: ignore[no-any-return]


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
