"""Categories and tags."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from farthing.audit.service import Audit
from farthing.infra.db import Question, Work, unique_or
from farthing.kernel.actor import Actor
from farthing.kernel.clock import Clock
from farthing.kernel.ids import new_id
from farthing.ledger.errors import (
    CategoryExists,
    CategoryNotFound,
    CategoryOutdated,
    TagExists,
    TagNotFound,
)
from farthing.ledger.folding import name_key, tag_key
from farthing.ledger.kinds import CategoryKind
from farthing.ledger.known import KnownCategory, KnownTag
from farthing.ledger.models import Category, Tag
from farthing.ledger.repository import Categories, Tags
from farthing.ledger.schemas import CategoryIn, CategoryOut, CategoryPatch, TagIn, TagOut, TagPatch

DEFAULTS: tuple[tuple[str, CategoryKind, str, str], ...] = (
    ("Salary", CategoryKind.INCOME, "#10b981", "briefcase"),
    ("Bonus", CategoryKind.INCOME, "#34d399", "gift"),
    ("Interest", CategoryKind.INCOME, "#6ee7b7", "percent"),
    ("Groceries", CategoryKind.EXPENSE, "#22c55e", "shopping-basket"),
    ("Restaurants", CategoryKind.EXPENSE, "#f97316", "utensils"),
    ("Rent", CategoryKind.EXPENSE, "#8b5cf6", "home"),
    ("Bills", CategoryKind.EXPENSE, "#a78bfa", "receipt"),
    ("Transport", CategoryKind.EXPENSE, "#3b82f6", "bus"),
    ("Shopping", CategoryKind.EXPENSE, "#14b8a6", "shopping-bag"),
    ("Subscriptions", CategoryKind.EXPENSE, "#6366f1", "repeat"),
    ("Health", CategoryKind.EXPENSE, "#ef4444", "heart-pulse"),
    ("Entertainment", CategoryKind.EXPENSE, "#ec4899", "film"),
    ("Travel", CategoryKind.EXPENSE, "#0ea5e9", "plane"),
    ("Fees", CategoryKind.EXPENSE, "#f59e0b", "landmark"),
)


class Catalogue:
    """The categories of a workspace, deleted ones too, because old transactions may still name them."""

    def __init__(self, categories: Iterable[KnownCategory]) -> None:
        self.by_id: dict[UUID, KnownCategory] = {}
        self.none: KnownCategory | None = None
        self._by_key: dict[str, list[KnownCategory]] = {}
        self._found: dict[tuple[str, CategoryKind], KnownCategory | None] = {}
        for category in categories:
            self.add(category)

    def add(self, category: KnownCategory) -> None:
        self._found.clear()
        self.by_id[category.id] = category
        if category.deleted_at is not None:
            return
        if category.kind == CategoryKind.NONE:
            self.none = category
        else:
            self._by_key.setdefault(category.name_key, []).append(category)

    def find(self, name: str, side: CategoryKind) -> KnownCategory | None:
        """By name, best on the wanted side."""
        asked = name, side
        if asked not in self._found:
            candidates = self._by_key.get(name_key(name), [])
            self._found[asked] = next((c for c in candidates if c.kind == side), candidates[0] if candidates else None)
        return self._found[asked]

    def name(self, category_id: UUID) -> str | None:
        """What people call it; none has no name."""
        category = self.by_id.get(category_id)
        return None if category is None or category.kind == CategoryKind.NONE else category.name


class CategoryService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._catalogue: Catalogue | None = None
        self._is_held = False
        self._rows = Categories(work)
        self._actor = actor
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    def asking(self) -> list[Question]:
        """What a posting will ask first."""
        return self._rows.asking()

    async def hold(self, *, alone: bool = False) -> None:
        """See the catalogue as it stays until this transaction ends; `alone`, to take from it or bring back."""
        if alone or not self._is_held:
            await self._rows.hold(alone=alone)
            self._is_held, self._catalogue = True, None

    async def all(self) -> Sequence[Category]:
        return await self._rows.all()

    async def get(self, category_id: UUID, *, lock: bool = False) -> Category:
        found = await self._rows.get(category_id, lock=lock)
        if found is None or found.kind == CategoryKind.NONE:
            raise CategoryNotFound
        return found

    async def none(self) -> KnownCategory:
        """The category that stands for none, made with the first thing that needs it."""
        catalogue = await self.catalogue()
        return catalogue.none or await self._made("Uncategorised", CategoryKind.NONE, is_system=True)

    async def make_defaults(self) -> None:
        """What a new workspace starts with."""
        await self.none()
        for position, (name, kind, colour, icon) in enumerate(DEFAULTS):
            await self._made(name, kind, colour=colour, icon=icon, position=position, is_system=True)

    async def create(self, wanted: CategoryIn) -> Category:
        await self.hold()
        if wanted.parent_id and (await self.get(wanted.parent_id)).kind != wanted.type:
            raise CategoryNotFound("A category cannot be below one of the other side.")
        more = {"colour": wanted.color, "icon": wanted.icon, "parent_id": wanted.parent_id}
        made = Category(**self._new(wanted.name, wanted.type, **more))
        with unique_or(CategoryExists(f"There is a category “{made.name}” already.")):
            await self._rows.add(made)
        if self._catalogue is not None:
            self._catalogue.add(_known(made))
        await self._audit.record("category.create", target_id=made.id, name=made.name)
        return made

    async def change(self, category_id: UUID, patch: CategoryPatch, if_version: int | None = None) -> Category:
        if "parent_id" in patch.model_fields_set:
            await self.hold(alone=True)
        category = await self.get(category_id, lock=True)
        if if_version is not None and category.version != if_version:
            raise CategoryOutdated
        given = patch.model_fields_set
        if patch.name is not None:
            category.name, category.name_key = patch.name, name_key(patch.name)
        if "color" in given:
            category.colour = patch.color
        if "icon" in given:
            category.icon = patch.icon
        if "parent_id" in given:
            category.parent_id = await self._possible_parent(category, patch.parent_id)
        if patch.position is not None:
            category.position = patch.position
        category.version += 1
        category.updated_at = self._clock()
        with unique_or(CategoryExists()):
            await self._rows.flush()
        await self._audit.record("category.change", target_id=category.id, fields=sorted(given))
        return category

    async def _possible_parent(self, category: Category, parent_id: UUID | None) -> UUID | None:
        """A parent of the same side that is not among the category's own descendants."""
        above, seen = parent_id, {category.id}
        while above is not None:
            parent = await self.get(above)
            if parent.id in seen or parent.kind != category.kind:
                raise CategoryNotFound("A category cannot be below itself, nor below one of the other side.")
            seen.add(parent.id)
            above = parent.parent_id
        return parent_id

    async def retire(self, category: Category) -> None:
        """Take a category out of use, after its transactions were moved; its children move up."""
        await self._rows.move_children(category.id, category.parent_id)
        category.deleted_at = self._clock()
        category.version += 1
        await self._rows.flush()
        await self._audit.record("category.delete", target_id=category.id, name=category.name)

    async def bring_back(self, category_id: UUID) -> Category:
        """Take a deleted category into use again, where it was if that is still there."""
        category = await self._rows.deleted(category_id)
        if category is None:
            raise CategoryNotFound(f"No deleted category {category_id}")
        if category.parent_id is not None and await self._rows.get(category.parent_id) is None:
            category.parent_id = None
        category.deleted_at = None
        category.version += 1
        category.updated_at = self._clock()
        with unique_or(CategoryExists()):
            await self._rows.flush()
        self._catalogue = None
        await self._audit.record("category.restore", target_id=category.id, name=category.name)
        return category

    async def keys_in(self, category_id: UUID) -> list[int]:
        return await self._rows.keys_in(category_id)

    async def catalogue(self) -> Catalogue:
        """All categories, read once: a household has some dozens, and a posting asks for them again and again."""
        if self._catalogue is None:
            self._catalogue = Catalogue(await self._rows.every())
        return self._catalogue

    async def by_names(
        self, wanted: Iterable[tuple[str, CategoryKind]]
    ) -> dict[tuple[str, CategoryKind], KnownCategory]:
        """The category of each name, best on the wanted side; an unknown name is created there."""
        catalogue = await self.catalogue()
        found: dict[tuple[str, CategoryKind], KnownCategory] = {}
        for name, side in sorted(set(wanted), key=lambda one: (name_key(one[0]), one[1])):
            found[name, side] = catalogue.find(name, side) or await self._made(name, side)
        return found

    async def kinds(self, category_ids: Collection[UUID]) -> dict[UUID, str]:
        """The side of each; one that somebody made since the catalogue was read is read now."""
        if not set(category_ids) <= (await self.catalogue()).by_id.keys():
            self._catalogue = None
        known = (await self.catalogue()).by_id
        return {category_id: known[category_id].kind for category_id in category_ids}

    async def _made(self, name: str, kind: CategoryKind, **more: Any) -> KnownCategory:
        category = _known(await self._rows.made(self._new(name, kind, **more)))
        if self._catalogue is not None:
            self._catalogue.add(category)
        return category

    def _new(self, name: str, kind: CategoryKind, **more: Any) -> dict[str, Any]:
        now = self._clock()
        new = {
            "id": new_id(),
            "workspace_id": self._actor.workspace_id,
            "name": name,
            "name_key": name_key(name),
            "kind": str(kind),
            "is_system": False,
            "position": 0,
            "version": 1,
            "created_at": now,
            "updated_at": now,
        }
        return new | more


class TagService:
    def __init__(self, work: Work, actor: Actor, clock: Clock) -> None:
        self._rows = Tags(work)
        self._actor = actor
        self._clock = clock
        self._audit = Audit(work, actor, clock)

    async def all(self) -> list[TagOut]:
        return [shown_tag(tag, used) for tag, used in await self._rows.all()]

    async def create(self, wanted: TagIn) -> TagOut:
        tag = Tag(**self._new(wanted.name), colour=wanted.colour)
        with unique_or(TagExists(f"There is a tag “{tag.name}” already.")):
            await self._rows.add(tag)
        return shown_tag(tag, 0)

    async def change(self, tag_id: UUID, patch: TagPatch) -> None:
        tag = await self.get(tag_id)
        if patch.name is not None:
            tag.name, tag.name_key = patch.name, tag_key(patch.name)
        if "colour" in patch.model_fields_set:
            tag.colour = patch.colour
        with unique_or(TagExists()):
            await self._rows.flush()

    async def retire(self, tag: Tag) -> None:
        """Take a tag out of use, after it was taken off everything."""
        tag.deleted_at = self._clock()
        await self._rows.flush()
        await self._audit.record("tag.delete", target_id=tag.id, name=tag.name)

    async def bring_back(self, tag_id: UUID) -> None:
        """Take a deleted tag into use again."""
        tag = await self._rows.deleted(tag_id)
        if tag is None:
            raise TagNotFound(f"No deleted tag {tag_id}")
        tag.deleted_at = None
        with unique_or(TagExists()):
            await self._rows.flush()
        await self._audit.record("tag.restore", target_id=tag.id, name=tag.name)

    async def keys_in(self, tag_id: UUID) -> list[int]:
        return await self._rows.keys_in(tag_id)

    async def in_use(self, tag_ids: Sequence[UUID]) -> tuple[UUID, ...]:
        """Those of these that are not deleted, in their order."""
        kept = await self._rows.in_use(tag_ids) if tag_ids else set()
        return tuple(tag_id for tag_id in tag_ids if tag_id in kept)

    def asking(self, names: Iterable[str]) -> list[Question]:
        """What `by_names` will ask first."""
        return self._rows.asking(map(tag_key, names))

    async def by_names(self, names: Iterable[str]) -> dict[str, KnownTag]:
        """The tag of each name, by its folded name; an unknown one is created."""
        wanted = {tag_key(name): name for name in dict.fromkeys(names)}
        found = await self._rows.named(wanted)
        for key in sorted(wanted.keys() - found.keys()):
            made = await self._rows.made(self._new(wanted[key]))
            found[key] = KnownTag(made.id, made.name, made.name_key)
        return found

    async def get(self, tag_id: UUID) -> Tag:
        if found := await self._rows.get(tag_id):
            return found
        raise TagNotFound

    def _new(self, name: str) -> dict[str, Any]:
        return {
            "id": new_id(),
            "workspace_id": self._actor.workspace_id,
            "name": name,
            "name_key": tag_key(name),
            "created_at": self._clock(),
        }


def _known(category: Category) -> KnownCategory:
    return KnownCategory(
        category.id, category.parent_id, category.name, category.name_key, category.kind, category.deleted_at
    )


def shown(category: Category) -> CategoryOut:
    return CategoryOut(
        id=category.id,
        name=category.name,
        type=CategoryKind(category.kind),
        color=category.colour,
        icon=category.icon,
        parent_id=category.parent_id,
        is_system=category.is_system,
        position=category.position,
        created_at=category.created_at,
        updated_at=category.updated_at,
    )


def shown_tag(tag: Tag, used: int) -> TagOut:
    return TagOut(id=tag.id, name=tag.name, colour=tag.colour, usage_count=used, created_at=tag.created_at)
