"""A deployed stack by its name: the tables and buckets that the command line works on."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from headwater.adapters.desk import read_desk
from headwater.adapters.dynamodb.cases import Cases
from headwater.adapters.dynamodb.complaints import Complaints
from headwater.adapters.dynamodb.letters import Letters
from headwater.adapters.store import Bucket, NoSuchObject
from headwater.domain.brands import Brand, Desk


class StackUnusable(Exception):  # noqa: N818 - says what is the matter
    """The stack cannot be worked with; the message says why and what to do next."""


@dataclass(frozen=True)
class Stack:
    """The outputs of infra/template.yaml as things that can be used."""

    name: str
    outputs: Mapping[str, str]

    @cached_property
    def desk(self) -> Desk:
        """Raises StackUnusable before the first `headwater config push`."""
        try:
            return read_desk(self.work)
        except NoSuchObject:
            raise StackUnusable(
                f"stack {self.name} has no configuration yet: run `headwater config push"
                f" --stack {self.name}`"
            ) from None

    @property
    def work(self) -> Bucket:
        return Bucket(self.outputs["WorkBucket"])

    @property
    def cases(self) -> Cases:
        return Cases(self.outputs["CasesTable"])

    @property
    def complaints(self) -> Complaints:
        return Complaints(self.outputs["ComplaintsTable"])

    @property
    def letters(self) -> Letters:
        return Letters(self.outputs["LettersTable"])

    def brand(self, brand_id: str | None) -> Brand:
        """That brand, or the only one. Raises StackUnusable with the ids that there are."""
        brands = {brand.id: brand for brand in self.desk.brands}
        if brand_id is None and len(brands) == 1:
            return next(iter(brands.values()))
        if brand_id not in brands:
            asked = "say which brand" if brand_id is None else f"there is no brand {brand_id!r}"
            raise StackUnusable(f"{asked}: --brand {' or '.join(brands)}")
        return brands[brand_id]


def find_stack(name: str) -> Stack:
    """Raises StackUnusable when AWS cannot be reached or knows no such stack."""
    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise StackUnusable(
            f"stack {name} was not found ({error}). Name yours with --stack, and check the AWS"
            " region and credentials"
        ) from None
    outputs = {one["OutputKey"]: one["OutputValue"] for one in stacks[0].get("Outputs", [])}
    return Stack(name=name, outputs=outputs)
