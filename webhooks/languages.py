"""The language that an asker reads, and the headers that say which one an answer is in."""

from __future__ import annotations

from flask import Response, request

from middleware.explanations import best_language


def reader_language() -> str:
    """By `Accept-Language` and its quality values; English for whoever does not say."""
    return best_language(", ".join(tag for tag, quality in request.accept_languages if quality > 0))


def spoken_in(language: str, response: Response) -> Response:
    """The same response, which now says its language, and that another reader may get another."""
    response.content_language.add(language)
    response.vary.add("Accept-Language")
    return response
