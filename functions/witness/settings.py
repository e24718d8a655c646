from dataclasses import dataclass

from functions.core.runtime.settings import Settings


@dataclass(frozen=True, kw_only=True)
class WitnessSettings(Settings):
    # pk `LOG#<origin>`: the last checkpoint that was cosigned
    witness_table: str
    # KMS key, ECC_NIST_P256, that cosigns
    signing_key_arn: str
    # name in its signature lines
    name: str
    # keys of the logs it knows, `origin+key id+base64`, separated by spaces
    log_keys: str
