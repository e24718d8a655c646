"""One synth per stage for the whole session; every test reads the files it wrote."""

from dataclasses import replace

import pytest
from synthesised import Assembly

from infra.app import synthesise
from infra.build import stand_in_assets
from infra.config import StageConfig, load_stage
from infra.tenant import Witness


@pytest.fixture(scope="session")
def assembled(tmp_path_factory):
    """`assembled("prod")` is that stage's assembly, synthesised on first use.

    A changed `StageConfig` is synthesised under the name given with it.
    """
    folder = tmp_path_factory.mktemp("assemblies")
    assets = stand_in_assets(folder / "assets")
    made: dict[str, Assembly] = {}

    def assemble(name: str, changed: StageConfig | None = None) -> Assembly:
        if name not in made:
            synthesise(changed or load_stage(name), assets, outdir=folder / name)
            made[name] = Assembly(folder / name)
        return made[name]

    return assemble


@pytest.fixture(scope="session")
def prod(assembled):
    return assembled("prod")


WITNESS = Witness(
    name="witness.example",
    log_keys=("100000000000001.amana/prod+00000000+AAAA",),
    callers=("arn:aws:iam::111122223333:role/sequencer",),
)


@pytest.fixture(scope="session")
def witnessed(assembled):
    """Production, and a witness: everything that can be deployed."""
    prod = load_stage("prod")
    return assembled("witnessed", replace(prod, tenant=replace(prod.tenant, witness=WITNESS)))


@pytest.fixture(scope="session")
def dev(assembled):
    return assembled("dev")
