"""`headwater demo`: hands over to the demo package, which only a checkout has."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from headwater_demo.run import add_arguments as add  # noqa: PLC0415 - not in the Lambda layer

    add(parser)


def run(arguments: argparse.Namespace) -> int:
    from headwater_demo.run import run as run_demo  # noqa: PLC0415 - not in the Lambda layer

    return run_demo(arguments)
