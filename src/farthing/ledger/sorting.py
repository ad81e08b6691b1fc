from enum import StrEnum


class Sort(StrEnum):
    NEWEST = "-date"
    OLDEST = "date"
    LARGEST = "-amount"
    SMALLEST = "amount"

    @property
    def is_by_amount(self) -> bool:
        return self in (Sort.LARGEST, Sort.SMALLEST)

    @property
    def is_descending(self) -> bool:
        return self in (Sort.NEWEST, Sort.LARGEST)
