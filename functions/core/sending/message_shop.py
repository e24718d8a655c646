"""Interactive messages that sell: one product, several, the catalogue."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from functions.core.sending.message_choices import titled
from functions.core.sending.message_frame import Body, Footer, TextHeader
from functions.core.sending.message_parts import Part, SomeText, limit, refused, up_to


class ProductAction(Part):
    catalog_id: SomeText
    product_retailer_id: SomeText


class SingleProduct(Part):
    type: Literal["product"]
    body: Body | None = None
    footer: Footer | None = None
    action: ProductAction


class ProductItem(Part):
    product_retailer_id: SomeText


class ProductSection(Part):
    title: Annotated[str, up_to("section_title")] | None = None
    product_items: Annotated[list[ProductItem], Field(min_length=1, max_length=limit("products"))]


class ProductsAction(Part):
    catalog_id: SomeText
    sections: Annotated[
        list[ProductSection], Field(min_length=1, max_length=limit("product_sections"))
    ]

    @model_validator(mode="after")
    def _products_fit(self) -> Self:
        if sum(len(section.product_items) for section in self.sections) > limit("products"):
            raise refused(f"at most {limit('products')} products fit into one message")
        titled(self.sections)
        return self


class Products(Part):
    type: Literal["product_list"]
    header: TextHeader
    body: Body
    footer: Footer | None = None
    action: ProductsAction


class Thumbnail(Part):
    thumbnail_product_retailer_id: SomeText


class CatalogAction(Part):
    name: Literal["catalog_message"]
    parameters: Thumbnail | None = None


class Catalog(Part):
    type: Literal["catalog_message"]
    body: Body
    footer: Footer | None = None
    action: CatalogAction
