"""Where a ciphertext belongs. It opens nowhere else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Binding:
    """`store`: our own name of the table or bucket, so that a restored copy still opens.

    `record`: the key of the item or the name of the object. `field`: the attribute in it.
    """

    store: str
    record: str
    field: str

    def associated_data(self, key_id: str, version: int) -> bytes:
        """What AES-GCM authenticates beside the content; no two bindings share these bytes."""
        parts = (self.store, self.record, self.field, key_id, str(version))
        encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
        return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
