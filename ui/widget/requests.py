"""What the widget sends. Enters: JSON from anywhere. Leaves: checked values; what does not fit is refused."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.api.schemas import Name, Text
from serving.conversations.types import Reason

Id = Annotated[Text, Field(max_length=64)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SessionWanted(_Sent):
    """A session for a page of a site; with a session of before, that one goes on."""

    site: Id
    product: Name = Field(default="", description="Product, model or alias of the page.")


class Question(_Sent):
    question: Text
    conversation: Id = Field(default="", description="The one to go on with; empty: a new one.")
    language: Id = Field(default="", description="Of the widget, such as `de`.")


class Rating(_Sent):
    message: Id
    value: Literal[-1, 0, 1]
    reason: Literal["", Reason.WRONG, Reason.OUTDATED, Reason.INCOMPLETE, Reason.UNCLEAR, Reason.OTHER] = ""
    comment: Annotated[Text, Field(max_length=2000)] = ""


class HandOverWanted(_Sent):
    """To talk to a person."""

    contact: Annotated[Text, Field(max_length=200)] = Field(description="A mail address or a telephone number.")
    name: Annotated[Text, Field(max_length=200)] = ""
    word: Annotated[Text, Field(max_length=4000)] = ""
    conversation: Id = ""
    page: Annotated[Text, Field(max_length=2000)] = ""
    language: Id = ""
