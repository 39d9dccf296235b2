"""The match function. Set before anything is imported, as pypinyin asks for it."""

import os

# We ask for the reading of single characters; its 47,000 phrases cost 0.3 s of every cold start.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
