"""The `headwater` command: one module per verb, each imported only when it is asked for."""

import argparse
import importlib
import sys

VERBS = {
    "demo": "the whole way once, on a local AWS: no account, no Docker",
    "config": "check the config file and send it to the stack",
    "refs": "add, list and remove the brand's own pictures and logos",
    "import": "bring saved pages to the stack",
    "parse": "show what we read in saved pages",
    "bookmarklet": "a bookmark that copies what an open page shows",
    "links": "search links for a person, and the note that one showed nothing",
    "search": "show what a watch asked, what was answered and what was not covered",
    "case": "look at the cases and give a verdict",
    "review": "give verdicts case by case, from the keyboard or as a table",
    "complaint": "record what was filed and what was answered",
    "inbox": "mails that came in: what they say, and what waits for you",
    "due": "ask the clock for one deadline",
    "exhibit": "add chats, receipts, screenshots and photographs to a case, sealed",
    "bundle": "export a case as one zip that anybody can check",
    "hold": "keep a case's evidence for as long as a dispute lasts",
    "verify": "check a piece of evidence without AWS, or a case of the stack",
}


def main(argv: list[str] | None = None) -> int:
    """Exit code 0: done; 1: something is wrong and was said; 2: the call was not understood."""
    parser = argparse.ArgumentParser(
        prog="headwater",
        description="Find counterfeits at the source, keep evidence, never miss a counter-notice.",
        epilog="Start with `headwater demo`. Every verb explains itself: headwater VERB --help",
    )
    verbs = parser.add_subparsers(dest="command", metavar="VERB", required=True)
    arguments_given = sys.argv[1:] if argv is None else argv
    wanted = next((word for word in arguments_given if not word.startswith("-")), None)
    for verb, meaning in VERBS.items():
        verb_parser = verbs.add_parser(verb, help=meaning, description=_sentence(meaning))
        if verb == wanted:
            module = importlib.import_module(_module_of(verb))
            module.add_arguments(verb_parser)
            verb_parser.set_defaults(run=module.run)
    arguments = parser.parse_args(argv)
    code: int = arguments.run(arguments)
    return code


def _module_of(verb: str) -> str:
    return "headwater.cli.import_" if verb == "import" else f"headwater.cli.{verb}"


def _sentence(meaning: str) -> str:
    return meaning[0].upper() + meaning[1:] + "."


if __name__ == "__main__":
    sys.exit(main())
