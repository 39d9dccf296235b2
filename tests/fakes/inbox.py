"""Stand-ins for the inbox: the letters table in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from headwater.domain.letters import Letter, LetterState


@dataclass
class LettersInMemory:
    """The promises of the letters table, checked by the same contract."""

    rows: dict[tuple[str, str], Letter] = field(default_factory=dict)

    def get(self, brand: str, letter_id: str) -> Letter | None:
        return self.rows.get((brand, letter_id))

    def of_brand(self, brand: str) -> Iterator[Letter]:
        return (row for (owner, _), row in sorted(self.rows.items()) if owner == brand)

    def asked(self, brand: str) -> tuple[Letter, ...]:
        waiting = [one for one in self.of_brand(brand) if one.state is LetterState.ASKED]
        return tuple(sorted(waiting, key=lambda one: (not one.urgent, one.received_at, one.id)))

    def add(self, letter: Letter) -> bool:
        return self.rows.setdefault((letter.brand, letter.id), letter) is letter

    def close(self, letter: Letter) -> bool:
        known = self.rows.get((letter.brand, letter.id))
        if known is None or known.state is not LetterState.ASKED:
            return False
        self.rows[letter.brand, letter.id] = letter
        return True
