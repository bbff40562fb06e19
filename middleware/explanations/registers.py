"""The official names of registers and operators, as they call themselves: the same in every language."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "au_dncr": "Do Not Call Register",
        "be_dncm": "DNCM (Bel-me-niet-meer / Ne m’appelez plus)",
        "ca_dncl": "National Do Not Call List",
        "ch_directory": "local.ch / search.ch (*)",
        "cz_directory": "Veřejný telefonní seznam",
        "dk_robinson": "Robinsonlisten",
        "es_robinson": "Lista Robinson",
        "fi_asml": "Puhelintarjonnan rajoituspalvelu",
        "fr_bloctel": "Bloctel",
        "gb_ctps": "Corporate Telephone Preference Service (CTPS)",
        "gb_tps": "Telephone Preference Service (TPS)",
        "ie_ndd": "National Directory Database (NDD)",
        "it_rpo": "Registro Pubblico delle Opposizioni",
        "no_reservasjon": "Reservasjonsregisteret",
        "pt_dgc": "Lista da Direção-Geral do Consumidor",
        "se_nix": "NIX-Telefon",
        "us_ndnc": "National Do Not Call Registry",
        "us_state_lists": "State do-not-call lists",
    }
)


def name_of(register: str) -> str:
    """The official name, or the id itself of a register that we have no name for."""
    return NAMES.get(register, register)
