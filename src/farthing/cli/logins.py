"""Who is signed in where: tokens in a file that only its owner reads."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from farthing.kernel.errors import FarthingError


class LoginUnknown(FarthingError):
    """Nobody of that name is signed in. See `farthing whoami --all`."""


class LoginsUnreadable(FarthingError):
    """The file of logins cannot be read."""


@dataclass(frozen=True, slots=True)
class Login:
    """A session at a server: an access token, and the cookies that fetch the next one."""

    url: str
    user_id: str
    username: str
    access_token: str
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """The name by which one of several servers is meant."""
        return f"{self.username}@{urlsplit(self.url).netloc}"

    def is_same(self, other: "Login") -> bool:
        return (self.url, self.user_id) == (other.url, other.user_id)


class Logins:
    """The file; the one whom `login` or `use` named last stands at its end and counts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def all(self) -> list[Login]:
        try:
            return [Login(**one) for one in json.loads(self._path.read_text())["logins"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise LoginsUnreadable(f"{self._path} cannot be read. Delete it and sign in again.") from error

    def chosen(self, name: str | None) -> Login | None:
        """The login of that name, as `NAME` or `NAME@HOST`; without a name the current one, if there is one."""
        known = self.all()
        if name is None or not known:
            return known[-1] if known else None
        wanted = name.strip().lower()
        found = [login for login in known if wanted in (login.username, login.address)]
        if len(found) > 1:
            raise LoginUnknown(f"{name} is signed in at several servers. Say {' or '.join(f.address for f in found)}.")
        if not found:
            raise LoginUnknown(f"Nobody called {name!r} is signed in. See `farthing whoami --all`.")
        return found[0]

    def of(self, url: str, user_id: str) -> Login | None:
        return next((login for login in self.all() if (login.url, login.user_id) == (url, user_id)), None)

    def keep(self, login: Login) -> None:
        """Remember its newest tokens; a new login becomes the current one."""
        with self._locked():
            known = self.all()
            places = [place for place, one in enumerate(known) if one.is_same(login)]
            if places:
                known[places[0]] = login
            else:
                known.append(login)
            self._write(known)

    def forget(self, login: Login) -> None:
        with self._locked():
            self._write([one for one in self.all() if not one.is_same(login)])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two commands at once must not lose each other's tokens."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _write(self, logins: list[Login]) -> None:
        """So that a crash leaves either the old file or the new one."""
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"logins": [asdict(login) for login in logins]}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def of_user() -> Logins:
    """The logins in the user's own configuration folder."""
    import typer

    return Logins(Path(typer.get_app_dir("farthing")) / "logins.json")
