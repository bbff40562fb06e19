"""Reasons in words: what stands in the way of a call, which rule says so and how binding it is, what to do and when.

Sentences come from the catalogues in `locale/`, one for each language; days, times and lists from Babel.
"""

from middleware.explanations.explaining import Explanation, RefusedFor, explain, title_of
from middleware.explanations.languages import LANGUAGES, best_language
from middleware.explanations.spoken import say_voice, spoken, spoken_refusal
from middleware.explanations.times import length
from middleware.explanations.whole_answers import callee_zone, in_full, moment, say, when_callable

__all__ = [
    "LANGUAGES",
    "Explanation",
    "RefusedFor",
    "best_language",
    "callee_zone",
    "explain",
    "in_full",
    "length",
    "moment",
    "say",
    "say_voice",
    "spoken",
    "spoken_refusal",
    "title_of",
    "when_callable",
]
