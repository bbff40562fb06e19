"""Facts and policies as JSON text and back, so that a stored decision can be made again.

Reading back gives an equal object; what earlier editions wrote reads as what it meant then. Readers raise ValueError
on what no writer here has written.
"""

from middleware.encoding.decisions import facts_from_text, facts_to_text, is_first_edition, parameters_to_json
from middleware.encoding.policies import digest_of, policy_from_text, policy_to_text

__all__ = [
    "digest_of",
    "facts_from_text",
    "facts_to_text",
    "is_first_edition",
    "parameters_to_json",
    "policy_from_text",
    "policy_to_text",
]
