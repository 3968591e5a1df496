"""Protobuf messages of other trackers, with only the fields read or written.

The packages that bring these descriptions cannot be had for them alone: tensorboardX imports torch (5 s, and no page
may), TensorBoard brings a web server and gRPC, W&B 60 MB of programs.
"""

from collections.abc import Mapping
from typing import Any

# message: field: its number and its kind, "text", another of these or another message; "+" where it is repeated.
Described = Mapping[str, Mapping[str, tuple[int, str]]]
_KINDS = {"number": 1, "short number": 2, "whole": 3, "yes": 8, "text": 9, "bytes": 12}  # protobuf's own numbers
_MESSAGE, _OPTIONAL, _REPEATED = 11, 1, 3


def classes(package: str, described: Described) -> dict[str, Any]:
    """Return the class of every message by its name.

    Args:
        package: A name of their own, so that they meet nobody else's.
        described: The messages.
    """
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    # In this syntax every field knows whether it was there.
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto2")
    for message, fields in described.items():
        listed = file.message_type.add(name=message)
        for name, (number, written) in fields.items():
            kind = written.rstrip("+")
            added = listed.field.add(name=name, number=number, label=_REPEATED if written != kind else _OPTIONAL)
            if kind in _KINDS:
                added.type = _KINDS[kind]
            else:
                added.type, added.type_name = _MESSAGE, f".{package}.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    find = pool.FindMessageTypeByName
    return {name: message_factory.GetMessageClass(find(f"{package}.{name}")) for name in described}
