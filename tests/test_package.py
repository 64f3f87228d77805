# SPDX-FileCopyrightText: 2026 Galatea contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The extension's package: what is in it, and that Blender's own tool accepts it."""

import ast
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from galatea.tools import extension_tool, manifest_paths, release

ROOT = manifest_paths.ROOT
MANIFEST = release.manifest()

pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="the list of files comes from git")


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> Path:
    return release.build_package(tmp_path_factory.mktemp("package"))


def test_manifest_lists_the_tracked_files():
    assert manifest_paths.listed_paths() == manifest_paths.shipped_paths()


def test_package_holds_the_listed_files_and_no_others(package):
    assert release.packaged_files(package) == sorted([*MANIFEST["build"]["paths"], "blender_manifest.toml"])


def test_package_holds_what_the_extension_needs(package):
    files = set(release.packaged_files(package))
    assert {"__init__.py", "LICENSE", "THIRD_PARTY.md", "backend/bootstrap.py", "backend/protocol.py"} <= files
    assert any(name.startswith("backend/locks/") for name in files)


def test_package_holds_nothing_of_the_development(package):
    folders = {name.split("/")[0] for name in release.packaged_files(package) if "/" in name}
    assert folders == {"addon", "backend", "operators", "panels"}
    assert not [name for name in release.packaged_files(package) if name.endswith((".whl", ".pyc", ".so", ".blend1"))]
    assert package.stat().st_size < release.MAX_SIZE


def test_packaged_modules_import_only_what_is_packaged(package):
    """A relative import of a module that is not in the package would fail on the artist's machine alone."""
    files = set(release.packaged_files(package))
    missing = []
    with zipfile.ZipFile(package) as archive:
        for name in sorted(files):
            if not name.endswith(".py"):
                continue
            for node in ast.walk(ast.parse(archive.read(name), name)):
                if isinstance(node, ast.ImportFrom) and node.level:
                    folder = name.split("/")[: -node.level]
                    module = "/".join([*folder, *(node.module.split(".") if node.module else [])])
                    if not {f"{module}.py", f"{module}/__init__.py".lstrip("/")} & files:
                        missing.append(f"{name}:{node.lineno} {'.' * node.level}{node.module or ''}")
    assert missing == []


def test_blender_side_imports_nothing_that_blender_lacks(package):
    """Only bpy and its companions, numpy and the standard library; Blender's Python has nothing else for sure."""
    blender = {"bpy", "blf", "bpy_extras", "mathutils", "bmesh", "gpu", "gpu_extras", "addon_utils", "_cycles"}
    allowed = {*sys.stdlib_module_names, "numpy", *blender}
    foreign = []
    with zipfile.ZipFile(package) as archive:
        for name in release.packaged_files(package):
            if not name.endswith(".py") or name.startswith("backend/"):
                continue
            for node in ast.walk(ast.parse(archive.read(name), name)):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module]
                foreign += [f"{name}:{node.lineno} {module}" for module in names if module.split(".")[0] not in allowed]
    assert foreign == []


def test_backend_never_imports_bpy():
    for path in (ROOT / "backend").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not any(alias.name.split(".")[0] == "bpy" for alias in node.names), f"{path}:{node.lineno}"
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] != "bpy", f"{path}:{node.lineno}"


def test_every_module_has_its_licence_header():
    for path in manifest_paths.tracked_paths():
        if path.endswith(".py") and (ROOT / path).stat().st_size:
            assert "SPDX-License-Identifier: GPL-3.0-or-later" in (ROOT / path).read_text(encoding="utf-8")[:300], path


def test_root_imports_nothing_at_module_level():
    """pytest and the worker pass through the root package, and neither has bpy."""
    tree = ast.parse((ROOT / "__init__.py").read_text(encoding="utf-8"))
    assert not [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]


def test_versions_agree():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == MANIFEST["version"]


def test_static_repository(package, tmp_path):
    (tmp_path / package.name).write_bytes(package.read_bytes())
    extension_tool.generate_repository(tmp_path)
    index = (tmp_path / "index.json").read_text(encoding="utf-8")
    assert f'"version": "{MANIFEST["version"]}"' in index
    assert package.name in index
    assert "Galatea" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('tags = ["Rigging"', 'tags = ["AI"'),
        ('tagline = "', 'tagline = "By far longer than the sixty-four characters that Blender allows: '),
        ('network = "Download', 'internet = "Download'),
    ],
)
def test_validation_is_strict(tmp_path, before, after):
    """Blender's tool, as we call it, refuses manifests that break its rules."""
    text = manifest_paths.MANIFEST.read_text(encoding="utf-8")
    assert before in text
    for name in ["__init__.py", *MANIFEST["build"]["paths"]]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "blender_manifest.toml").write_text(text)
    extension_tool.validate(tmp_path)
    (tmp_path / "blender_manifest.toml").write_text(text.replace(before, after))
    with pytest.raises(extension_tool.ExtensionToolError):
        extension_tool.validate(tmp_path)
