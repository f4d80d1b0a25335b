from __future__ import annotations

import errno
import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.addresses import source_uri
from flows.errors import UsageProblem
from flows.sources import ReadError, batch_lengths, discover, read
from transforms.model import Reason

LIMIT = 1000


def test_documents_are_listed_in_the_order_of_their_addresses(raw: Path) -> None:
    refs = discover(raw, LIMIT)
    assert [ref.source_uri for ref in refs] == ["a.txt", "b.txt", "sub/empty.txt", "sub/ج.txt"]
    assert [ref.source for ref in refs] == ["", "", "sub", "sub"]
    assert read(refs[0], LIMIT) == (raw / "a.txt").read_bytes()


def test_what_is_hidden_or_no_text_file_is_no_document(raw: Path) -> None:
    for name in (".hidden.txt", "README.md", "txt", ".git/a.txt"):
        (raw / name).parent.mkdir(exist_ok=True)
        (raw / name).write_text("لا")
    assert len(discover(raw, LIMIT)) == 4


def test_what_looks_like_a_document_but_is_no_file_is_never_opened(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("سر")
    odd = tmp_path / "odd"
    (odd / "folder.txt").mkdir(parents=True)
    (odd / "folder.txt" / "inner.txt").write_text("لا")
    (odd / "out.txt").symlink_to(outside)
    (odd / "device.txt").symlink_to("/dev/zero")
    (odd / "dangling.txt").symlink_to("nowhere")
    (odd / "loop.txt").symlink_to("loop.txt")
    (odd / "up").symlink_to("..")
    os.mkfifo(odd / "pipe.txt")
    refs = discover(odd, LIMIT)
    assert {ref.source_uri for ref in refs} == {
        f"{name}.txt" for name in ("folder", "out", "device", "dangling", "loop", "pipe")
    }
    assert {ref.trouble for ref in refs} == {Reason.NOT_A_REGULAR_FILE}
    assert {read(ref, LIMIT) for ref in refs} == {Reason.NOT_A_REGULAR_FILE}


def test_a_link_inside_the_raw_folder_is_a_document(raw: Path) -> None:
    (raw / "link.txt").symlink_to("a.txt")
    ref = next(ref for ref in discover(raw, LIMIT) if ref.source_uri == "link.txt")
    assert read(ref, LIMIT) == (raw / "a.txt").read_bytes()


def test_a_file_over_the_limit_is_not_read(raw: Path) -> None:
    with (raw / "sparse.txt").open("wb") as file:
        file.truncate(20 * 1024**3)
    ref = next(ref for ref in discover(raw, LIMIT) if ref.source_uri == "sparse.txt")
    assert ref.trouble is Reason.TOO_LARGE
    assert read(ref, LIMIT) is Reason.TOO_LARGE


def test_what_was_swapped_after_the_listing_is_refused(raw: Path) -> None:
    refs = {ref.source_uri: ref for ref in discover(raw, LIMIT)}
    (raw / "a.txt").unlink()
    os.mkfifo(raw / "a.txt")
    (raw / "b.txt").write_bytes(b"x" * (LIMIT + 1))
    (raw / "sub" / "empty.txt").unlink()
    assert read(refs["a.txt"], LIMIT) is Reason.NOT_A_REGULAR_FILE
    assert read(refs["b.txt"], LIMIT) is Reason.TOO_LARGE
    assert read(refs["sub/empty.txt"], LIMIT) is Reason.UNREADABLE
    (raw / "b.txt").unlink()
    (raw / "b.txt").symlink_to("/etc/passwd")
    with pytest.raises(ReadError, match=r"b\.txt"):
        read(refs["b.txt"], LIMIT)


def test_a_folder_that_became_a_link_to_elsewhere_is_not_followed(raw: Path, tmp_path: Path) -> None:
    ref = next(ref for ref in discover(raw, LIMIT) if ref.source_uri == "sub/ج.txt")
    elsewhere = tmp_path / "elsewhere"
    (raw / "sub").rename(elsewhere)
    (raw / "sub").symlink_to(elsewhere)
    assert read(ref, LIMIT) is Reason.NOT_A_REGULAR_FILE


def test_an_error_of_the_disk_may_pass_and_missing_rights_do_not(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = discover(raw, LIMIT)[0]

    def fail(error: OSError) -> None:
        def opens(*_: object) -> int:
            raise error

        monkeypatch.setattr(os, "open", opens)

    fail(OSError(errno.EIO, "Input/output error"))
    with pytest.raises(ReadError, match=r"a\.txt can't be read now \(Input/output error\)"):
        read(ref, LIMIT)
    fail(PermissionError(errno.EACCES, "Permission denied"))
    assert read(ref, LIMIT) is Reason.UNREADABLE


def test_a_raw_folder_that_is_missing_or_no_folder_is_named(raw: Path) -> None:
    with pytest.raises(UsageProblem, match="elsewhere is not there"):
        discover(raw / "elsewhere", LIMIT)
    with pytest.raises(UsageProblem, match=r"a\.txt is not there, or is no folder"):
        discover(raw / "a.txt", LIMIT)


def test_a_folder_that_cannot_be_listed_is_named(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageProblem, match=r"can't be read \(Permission denied\)"):
        discover(raw, LIMIT)


def test_names_of_any_bytes_have_a_readable_address(raw: Path) -> None:
    for name in (b"\xff.txt", b"new\nline.txt", "خبر عاجل.txt".encode(), b"50%.txt", "\u202egnp.txt".encode()):
        (raw / os.fsdecode(name)).write_text("نعم")
    found = {ref.source_uri for ref in discover(raw, LIMIT)}
    assert found > {"%FF.txt", "new%0Aline.txt", "خبر عاجل.txt", "50%25.txt", "%E2%80%AEgnp.txt"}


@given(
    st.lists(
        st.binary(min_size=1, max_size=8).filter(lambda b: b"/" not in b and b"\0" not in b), min_size=2, max_size=2
    )
)
def test_two_names_never_share_an_address_and_every_address_is_valid_text(names: list[bytes]) -> None:
    first, second = (source_uri(PurePosixPath("d", os.fsdecode(name))) for name in names)
    assert (first == second) is (PurePosixPath("d", os.fsdecode(names[0])) == PurePosixPath("d", os.fsdecode(names[1])))
    assert first.encode().decode() == first


def test_batches_hold_so_many_bytes_and_documents_and_lose_nothing() -> None:
    assert list(batch_lengths([5, 5, 50, 1, 1, 1, 1], batch_bytes=10, batch_documents=3)) == [2, 1, 3, 1]
    assert list(batch_lengths([], batch_bytes=10, batch_documents=3)) == []
