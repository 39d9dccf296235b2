"""Buckets: objects that are written once, with a checksum, and read by version."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import get_session

from headwater.domain.captures import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@cache
def _client() -> "S3Client":
    # Not boto3's: it brings a transfer manager that takes half of a cold start and is not used.
    config = Config(signature_version="s3v4", retries={"mode": "standard"})
    return cast("S3Client", get_session().create_client("s3", config=config))


def reconnect() -> None:
    """Forget the connection: the AWS settings of this process name another endpoint now."""
    _client.cache_clear()


class NoSuchObject(Exception):  # noqa: N818 - says what is the matter
    """There is nothing under the key; the message names bucket and key."""


class Bucket:
    """One S3 bucket by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def get(self, key: str, version_id: str | None = None) -> bytes:
        """The bytes of that version (None: the newest). Raises NoSuchObject."""
        try:
            if version_id is None:
                answer = _client().get_object(Bucket=self.name, Key=key)
            else:
                answer = _client().get_object(Bucket=self.name, Key=key, VersionId=version_id)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchVersion", "404"}:
                raise NoSuchObject(f"s3://{self.name}/{key} does not exist") from error
            raise
        return answer["Body"].read()

    def put(self, key: str, body: bytes, media_type: str) -> StoredObject:
        """Write it, over an older object under the same key if there is one."""
        answer = _client().put_object(
            Bucket=self.name,
            Key=key,
            Body=body,
            ContentType=media_type,
            ChecksumSHA256=_checksum(body),
        )
        return StoredObject(key=key, version_id=answer.get("VersionId"))

    def put_once(self, key: str, body: bytes, media_type: str) -> StoredObject | None:
        """Write it unless the key is taken; None when it was."""
        try:
            answer = _client().put_object(
                Bucket=self.name,
                Key=key,
                Body=body,
                ContentType=media_type,
                ChecksumSHA256=_checksum(body),
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in {"PreconditionFailed", "412"}:
                return None
            raise
        return StoredObject(key=key, version_id=answer.get("VersionId"))

    def put_shared(self, key: str, body: bytes, media_type: str) -> StoredObject:
        """The version under the key that holds these bytes, written if there is none yet.

        Told by size and MD5, which is what S3 lists of an object that is written in one piece; the
        key is to be the bytes' SHA-256, so another's bytes would have to collide in both.
        """
        stored = self.put_once(key, body, media_type)
        if stored is not None:
            return stored
        md5 = hashlib.md5(body, usedforsecurity=False).hexdigest()
        pages = _client().get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self.name, Prefix=key):
            for version in page.get("Versions", []):
                same = (version["Key"], version["Size"], version["ETag"].strip('"'))
                if same == (key, len(body), md5):
                    return StoredObject(key=key, version_id=version["VersionId"])
        return self.put(key, body, media_type)

    def put_locked(self, key: str, body: bytes, media_type: str, until: datetime) -> StoredObject:
        """Write it so that nobody can delete it before `until`, the account's owner neither."""
        answer = _client().put_object(
            Bucket=self.name,
            Key=key,
            Body=body,
            ContentType=media_type,
            ChecksumSHA256=_checksum(body),
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=until,
        )
        return StoredObject(key=key, version_id=answer.get("VersionId"))

    def list(self, prefix: str) -> Iterator[str]:
        """The keys below a prefix, in order."""
        pages = _client().get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", []):
                yield entry["Key"]

    def hold(self, prefix: str, *, on: bool) -> int:
        """Put every version below the prefix under legal hold, or release it; how many they are."""
        count = 0
        pages = _client().get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=self.name, Prefix=prefix):
            for version in page.get("Versions", []):
                _client().put_object_legal_hold(
                    Bucket=self.name,
                    Key=version["Key"],
                    VersionId=version["VersionId"],
                    LegalHold={"Status": "ON" if on else "OFF"},
                )
                count += 1
        return count

    def delete(self, key: str) -> None:
        _client().delete_object(Bucket=self.name, Key=key)


def _checksum(body: bytes) -> str:
    return base64.b64encode(hashlib.sha256(body).digest()).decode()
