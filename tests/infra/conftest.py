"""One synth per stage for the whole session; every test reads the files it wrote."""

import pytest
from synthesised import Assembly

from infra.app import synthesise
from infra.build import stand_in_assets
from infra.config import load_stage


@pytest.fixture(scope="session")
def assembled(tmp_path_factory):
    """`assembled("prod")` is that stage's assembly, synthesised on first use."""
    folder = tmp_path_factory.mktemp("assemblies")
    assets = stand_in_assets(folder / "assets")
    made: dict[str, Assembly] = {}

    def assemble(stage: str) -> Assembly:
        if stage not in made:
            synthesise(load_stage(stage), assets, outdir=folder / stage)
            made[stage] = Assembly(folder / stage)
        return made[stage]

    return assemble


@pytest.fixture(scope="session")
def prod(assembled):
    return assembled("prod")


@pytest.fixture(scope="session")
def dev(assembled):
    return assembled("dev")
